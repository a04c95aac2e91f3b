"""Category and township for dispatchers: sealed once more by members, opened by their own key."""
