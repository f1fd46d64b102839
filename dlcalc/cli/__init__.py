"""The command line: argv, streams and exit codes. The only place that prints."""
