// Package faults breaks what the server stands on, and holds what it promised against what
// came of it: the real program in several processes, a PostgreSQL of its own that is killed,
// frozen or cut off, a balancer, spectators who come back, and a ledger of acknowledgements,
// log and deliveries. docs/reliability.md lists the bars that its tests hold.
package faults
