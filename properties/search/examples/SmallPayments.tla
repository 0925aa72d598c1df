--------------------------- MODULE SmallPayments ---------------------------
\* What SmallPayments.ts searches, for TLC.
EXTENDS Naturals, FiniteSets

CONSTANTS Codes, LastTime, Lifetime, Limit, Merchants, Amounts

VARIABLES time, made, requests, used, spent, charges

vars == <<time, made, requests, used, spent, charges>>

\* A code that was not shown yet has no pair in `made`.
Init ==
  /\ time = 0
  /\ made = {}
  /\ requests = {}
  /\ used = {}
  /\ spent = 0
  /\ charges = {}

Show ==
  /\ Cardinality(made) < Codes
  /\ made' = made \union {<<Cardinality(made), time>>}
  /\ UNCHANGED <<time, requests, used, spent, charges>>

Tick ==
  /\ time < LastTime
  /\ time' = time + 1
  /\ UNCHANGED <<made, requests, used, spent, charges>>

Scan ==
  \E code \in made, merchant \in Merchants, amount \in Amounts :
    /\ requests' = requests \union {<<code[1], code[2], merchant, amount>>}
    /\ UNCHANGED <<time, made, used, spent, charges>>

Deliver ==
  \E request \in requests :
    /\ request[1] \notin used
    /\ time - request[2] <= Lifetime
    /\ spent + request[4] <= Limit
    /\ used' = used \union {request[1]}
    /\ spent' = spent + request[4]
    /\ charges' = charges \union {<<request[1], request[3], request[4]>>}
    /\ UNCHANGED <<time, made, requests>>

Next == Show \/ Tick \/ Scan \/ Deliver

Spec == Init /\ [][Next]_vars

Once == \A a, b \in charges : a[1] = b[1] => a = b

Limited == spent <= Limit
=============================================================================
