"""Article → facts: relevance, topics, names, money, funding, adoptions, approvals and the rest. Pure: no sockets, no sessions.

`Judge(knowledge).judge(document)` gives a `Judgement`; `Document` and the facts are in `document` and `facts`.
"""
