"""Amazon SES: mails out by its API (version 2), and what it tells of them by signed notifications of Amazon SNS."""
