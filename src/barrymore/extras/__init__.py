"""Programs that understand sound and pictures: each optional, in an environment and a process of its own."""
