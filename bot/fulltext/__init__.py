"""The full text of papers: fetch it politely, parse it where it can do no harm, choose what fits a budget."""
