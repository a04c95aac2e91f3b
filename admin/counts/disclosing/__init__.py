"""Which numbers may be published: from true counts and all that was published, the next one."""
