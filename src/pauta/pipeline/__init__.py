"""The way of a message, from the wish to the inbox.

1. **propose**: a campaign's launch (``launching``) or an API call (``messages.actions``) names a message to a contact.
2. **plan** (``planning``): for the accounts concerned, ``facts.load`` and ``core.gate.plan`` give every open message a
   place, a wait or an end, with its reason, in one transaction.
3. **release** (``release``): what is due is decided again on fresh facts; what may leave is marked `sending`.
4. **render** (``rendering``): a pure function of template, figures and language; the exact bytes go to the archive.
5. **deliver** (``delivery``): attempt row first, then the mail server, then the outcome.
6. **recovery**: what a dead worker left is settled by its journal and the message's class, never guessed.

Bulk messages move under leases (``leases``), one worker per partition; transactional ones (``fast``) never wait.
"""
