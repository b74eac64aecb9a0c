package doctor

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/ftcmetrics/ftcmetrics/schema"
)

const (
	database     = "database"
	oldestServer = 15 // major version of PostgreSQL
)

// Database looks at the PostgreSQL at url. kind is how it is called where it is fine.
func Database(ctx context.Context, url, kind string) []Finding {
	ctx, cancel := context.WithTimeout(ctx, 2*patience)
	defer cancel()
	config, err := pgx.ParseConfig(url)
	if err != nil {
		return []Finding{Bad(database, "DATABASE_URL cannot be read", "write it as postgres://user:password@host:5432/ftcmetrics?sslmode=verify-full")}
	}
	config.ConnectTimeout = patience
	began := time.Now()
	conn, err := pgx.ConnectConfig(ctx, config)
	if err != nil {
		return []Finding{unconnected(err, config)}
	}
	defer func() { _ = conn.Close(context.WithoutCancel(ctx)) }() // it was only asked
	version := conn.PgConn().ParameterStatus("server_version")
	digits, _, _ := strings.Cut(version, ".")
	if major, err := strconv.Atoi(digits); err == nil && major < oldestServer {
		return []Finding{Bad(database, fmt.Sprintf("it is PostgreSQL %s, and %d is needed", version, oldestServer),
			fmt.Sprintf("upgrade it to %d or newer, or name another one in DATABASE_URL", oldestServer))}
	}
	return []Finding{migrated(ctx, url, fmt.Sprintf("%s PostgreSQL %s, connected in %s", kind, version, time.Since(began).Round(time.Millisecond))), clockOf(ctx, conn)}
}

// unconnected says why there is no connection.
func unconnected(err error, config *pgx.ConnConfig) Finding {
	address := net.JoinHostPort(config.Host, strconv.Itoa(int(config.Port)))
	var said *pgconn.PgError
	if errors.As(err, &said) {
		switch said.Code {
		case "28P01", "28000":
			return Bad(database, fmt.Sprintf("it does not let the user %q in: %s", config.User, said.Message), "correct user and password in DATABASE_URL, or let them in by pg_hba.conf")
		case "3D000":
			return Bad(database, said.Message, fmt.Sprintf("create it: createdb -O %s %s", config.User, config.Database))
		case "53300":
			return Bad(database, said.Message, "raise max_connections, or stop who holds them")
		}
		return Bad(database, said.Message, "see what its own log says")
	}
	if why, ok := unreachable(err, address); ok {
		return Bad(database, why, "start PostgreSQL, or correct host and port in DATABASE_URL; a firewall between the two has to let them through")
	}
	return Bad(database, err.Error(), "correct DATABASE_URL; sslmode decides whether TLS is needed")
}

// migrated compares the schema with the program's.
func migrated(ctx context.Context, url, fine string) Finding {
	current, known, err := schema.Version(ctx, url)
	switch {
	case err != nil:
		return Bad(database, "its schema cannot be read: "+err.Error(), "the user of DATABASE_URL has to own the tables")
	case current > known:
		return Bad(database, fmt.Sprintf("it has schema %d and this program knows %d", current, known), "use the newer program that migrated it; a backup is the only way back")
	case current < known:
		return Odd(database, fmt.Sprintf("%s; it has schema %d and this program %d", fine, current, known), "start the server, or run: ftcmetrics migrate")
	}
	return Good(database, "%s, schema %d", fine, current)
}
