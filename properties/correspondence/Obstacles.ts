/** Obstacles: why there is nothing in the implementation that an action of the model stands for. Runs that are compared pass over it. */

/** The obstacles, and why each is one. */
export const obstacles = {
  "no digits": "the phone was never given an alias, and nobody can put one before a proof",
  "one index":
    "a masked index names the account: before the proof of one of its phones it is that phone's own code, and before another proof it is the same whichever of them is meant",
  "no alias": "wrong digits whose alias cannot be read name nobody, whomever they are meant for",
  "beyond the list": "the model's adversary can hit on a code after the last of a list, and nobody drew one",
  "foreign alias":
    "the model takes the proof of one phone under another's alias for that other's own code of the same place, when both come for one order",
  "shared alias":
    "an alias that is made with a key is by chance another's as well, or every alias is somebody's; the model knows whom it was made for",
  "whom it named":
    "an alias that is made with a key may have named somebody in a request that was refused, and is forgotten with its step; the model keeps that of no such request",
  "one transaction":
    "a code that is made over a transaction is one for its order number, which has been used; the model has the merchant ask again for the same under another",
  "one number":
    "the model tells an order number of the adversary's from that of the order whose transaction it has copied; they are one",
  "reversed unused":
    "the model keeps no record of a reversal by the adversary's merchant of a number that only another has used; the implementation does",
  "no answer":
    "there is no challenge, for its order was closed before it could be sent; or the phone holds no seed that answers it",
  "oldest first":
    "the model takes a password that names no order for any that is open; the implementation for the one that has been for longest",
  "wrong codes":
    "the model counts no wrong codes but those of a flood; from this terminal, at this merchant, or under this alias, the implementation has seen so many others today that it refuses the request unread, or may do so by the time that it arrives",
  "wrong answers":
    "the model counts no wrong answers; the implementation has had so many for this account today that it takes no other, or may have by the time that it arrives",
  "a long flood": "the model's flood is as many wrong codes as it takes, and here that is more than a run has time for",
  "a new day":
    "a node that is ahead counts wrong codes from none when its day begins; the model forgets them when every node's has"
} as const
export type Obstacle = keyof typeof obstacles
