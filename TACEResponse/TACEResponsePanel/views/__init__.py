"""Maps and banners over the slice views."""
