"""The provider's Batch API: summaries for digests at a fixed hour, asked for together and at half price."""
