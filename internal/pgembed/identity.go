package pgembed

import (
	"fmt"
	"os"
	"os/user"
	"strconv"
)

// kind is a way to run a process that must not be root.
type kind uint8

const (
	own     kind = iota // as the user we are
	dropped             // as another user
	mapped              // as ourselves, seen from inside as another user without any privilege
)

// identity is whom the cluster runs as. uid and gid are those that PostgreSQL sees.
type identity struct {
	kind     kind
	uid, gid int
}

// String names the identity for logs.
func (who identity) String() string {
	switch who.kind {
	case dropped:
		return fmt.Sprintf("user %d", who.uid)
	case mapped:
		return fmt.Sprintf("user %d of a user namespace", who.uid)
	default:
		return fmt.Sprintf("user %d, as this process", who.uid)
	}
}

// identities lists whom the cluster may run as, best first. An existing cluster keeps its
// owner: PostgreSQL opens no other.
func identities(c cluster) []identity {
	me := os.Geteuid()
	if me != 0 {
		if c.exists && c.uid != me {
			return nil
		}
		return []identity{{own, me, os.Getegid()}}
	}
	if c.exists && c.uid != 0 {
		return []identity{{dropped, c.uid, c.gid}}
	}
	// Only a user with an entry will do: initdb looks its name up.
	uid, gid, ok := unprivileged()
	switch {
	case !ok:
		return nil
	case c.exists:
		return []identity{{mapped, uid, gid}}
	default:
		return []identity{{dropped, uid, gid}, {mapped, uid, gid}}
	}
}

// unprivileged returns the ids of user postgres, or of nobody.
func unprivileged() (uid, gid int, ok bool) {
	for _, name := range []string{superuser, "nobody"} {
		u, err := user.Lookup(name)
		if err != nil {
			continue
		}
		uid, err1 := strconv.Atoi(u.Uid)
		gid, err2 := strconv.Atoi(u.Gid)
		if err1 == nil && err2 == nil && uid > 0 && gid >= 0 { // some systems give nobody -2
			return uid, gid, true
		}
	}
	return 0, 0, false
}
