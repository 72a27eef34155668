"""Touches that were sent to a contact under a former account: stand-ins keep them where they were sent.

Rules of the contact follow the person, so they count these touches wherever the contact is now. Rules of an account
count what was sent to people of that account. A stand-in is one person with the contact, in the account of that time.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
from numpy.typing import NDArray

from pauta.facts import rows
from pauta.facts.rows import AccountChoice, Rows, Scope


def touches_elsewhere(scope: Scope, keys: NDArray[np.int64], since: date) -> Rows:
    """What was sent under these account keys, all that are loaded, to people who are in others by now."""
    others = np.setdiff1d(rows.now_of(scope)["account_key"], keys)
    if not len(others):
        return rows.NO_TOUCHES
    found = rows.touches(replace(scope, accounts=AccountChoice.of(others.tolist())), since)
    return found[np.isin(found["sent_key"], keys)]


def with_stand_ins(scope: Scope, contacts: Rows, touches: Rows) -> tuple[Rows, Rows]:
    """The contacts with a stand-in for each contact and former account, and the touches as theirs.

    A stand-in has a negative id. That of a contact who was erased is nobody else's person: what was sent counts for the
    account alone.
    """
    former = np.flatnonzero(touches["sent_key"])
    if not len(former):
        return contacts, touches
    wanted, which = np.unique(touches[["contact_id", "sent_key"]][former], return_inverse=True)
    known = rows.contacts_named(scope, np.unique(wanted["contact_id"]).tolist())
    there = np.isin(wanted["contact_id"], known["id"])
    colleague = np.searchsorted(contacts["account_key"], wanted["sent_key"])
    found = there | np.isin(wanted["sent_key"], contacts["account_key"])
    stand_ins = np.empty(len(wanted), contacts.dtype)
    stand_ins[there] = known[np.searchsorted(known["id"], wanted["contact_id"][there])]
    stand_ins[found & ~there] = contacts[colleague[found & ~there]]
    stand_ins["id"] = -1 - np.arange(len(wanted))
    stand_ins["person_id"][~there] = stand_ins["id"][~there]
    stand_ins["account_key"] = wanted["sent_key"]
    touches = touches.copy()
    theirs = former[found[which]]
    touches["contact_id"][theirs] = stand_ins["id"][which[found[which]]]
    everybody = np.concatenate([contacts, stand_ins[found]])
    return everybody[np.lexsort((everybody["id"], everybody["account_key"]))], touches
