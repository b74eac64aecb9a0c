package backup_test

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/json"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/ftcmetrics/ftcmetrics/internal/pgtest"
	"github.com/ftcmetrics/ftcmetrics/schema/backup"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

// odd are rows that suffer first: quotes, line ends, what CSV means by nothing, bytes,
// numbers that a table counts itself, a computed column.
const odd = `
INSERT INTO users (id, display_name, email) VALUES
	('019f0000-0000-7000-8000-000000000001', 'Zoë "the, coach"' || chr(13) || chr(10) || '\N \. ''', NULL), ('019f0000-0000-7000-8000-000000000002', '\.', 'a@b.c');
INSERT INTO tokens (id, user_id, hash, kind, expires_at) VALUES ('019f0000-0000-7000-8000-000000000003', '019f0000-0000-7000-8000-000000000001', decode(repeat('00ff0a22', 8), 'hex'), 'session', 'infinity');
INSERT INTO channel_heads (channel, seq, epoch) VALUES ('event-USNCRA', 1, '019f0000-0000-7000-8000-000000000005');
INSERT INTO channel_events (channel, seq, id, name, payload, at) VALUES ('event-USNCRA', 1, '019f0000-0000-7000-8000-000000000004', 'n', '{"a": [1.10, "\u00e9\n", null, ""]}', now());
`

func run(t *testing.T, url, sql string) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), url)
	must(t, err)
	defer func() { must(t, conn.Close(context.Background())) }()
	_, err = conn.Exec(t.Context(), sql)
	must(t, err)
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func take(t *testing.T, url string) []byte {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), url)
	must(t, err)
	defer func() { must(t, conn.Close(context.Background())) }()
	var b bytes.Buffer
	_, err = backup.Write(t.Context(), conn, &b, backup.Watch{})
	must(t, err)
	return b.Bytes()
}

func restore(ctx context.Context, url string, file []byte) error {
	archive, err := backup.Open(bytes.NewReader(file), int64(len(file)))
	if err != nil {
		return err
	}
	return archive.Restore(ctx, url, backup.Watch{})
}

// tables are the CSV tables of a file.
func tables(t *testing.T, file []byte) map[string]string {
	t.Helper()
	files, err := zip.NewReader(bytes.NewReader(file), int64(len(file)))
	must(t, err)
	found := make(map[string]string)
	for _, f := range files.File {
		r, err := f.Open()
		must(t, err)
		text, err := io.ReadAll(r)
		must(t, err)
		if f.Name != "contents.json" {
			found[f.Name] = string(text)
		}
	}
	return found
}

// dataOffset says where the bytes of a table begin.
func dataOffset(t *testing.T, file []byte, name string) int64 {
	t.Helper()
	files, err := zip.NewReader(bytes.NewReader(file), int64(len(file)))
	must(t, err)
	i := slices.IndexFunc(files.File, func(f *zip.File) bool { return f.Name == name })
	offset, err := files.File[i].DataOffset()
	must(t, err)
	return offset
}

// pack makes a file by hand.
func pack(t *testing.T, schema int64, table backup.Table, csv string) []byte {
	t.Helper()
	var b bytes.Buffer
	archive := zip.NewWriter(&b)
	write := func(name string, text []byte) {
		entry, err := archive.Create(name)
		must(t, err)
		_, err = entry.Write(text)
		must(t, err)
	}
	write(table.Name+".csv", []byte(csv))
	contents, err := json.Marshal(backup.Contents{Format: 1, Schema: schema, Tables: []backup.Table{table}})
	must(t, err)
	write("contents.json", contents)
	must(t, archive.Close())
	return b.Bytes()
}

var users = backup.Table{Name: "users", Columns: []string{"id", "display_name"}, Rows: 1}

func TestWhatIsRestoredIsWhatWasThere(t *testing.T) {
	t.Parallel()
	from, to := pgtest.URL(t), pgtest.URL(t)
	run(t, from, odd)
	run(t, to, "INSERT INTO users (id, display_name) VALUES ('019f0000-0000-7000-8000-000000000009', 'goes')")
	file := take(t, from)
	must(t, restore(t.Context(), to, file))
	want, got := tables(t, file), tables(t, take(t, to))
	if len(got) != len(want) || len(got) < 20 {
		t.Errorf("%d tables of %d", len(got), len(want))
	}
	for name, text := range want {
		if lines(got[name]) != lines(text) {
			t.Errorf("%s was\n%sand is\n%s", name, text, got[name])
		}
	}
	if n, err := backup.Accounts(t.Context(), to); err != nil || n != 2 {
		t.Errorf("%d accounts, %v", n, err)
	}
}

// lines sorts the rows: a table has no order.
func lines(csv string) string {
	list := strings.Split(csv, "\n")
	slices.Sort(list)
	return strings.Join(list, "\n")
}

func TestCountingGoesOn(t *testing.T) {
	t.Parallel()
	url := pgtest.URL(t)
	letter := func(sink string) string {
		return "INSERT INTO relay_sinks (sink) VALUES ('" + sink + "'); INSERT INTO dead_letters (sink, channel, seq, reason) VALUES ('" + sink + "', 'event-USNCRA', 1, 'r');"
	}
	run(t, url, odd+letter("a")+letter("b"))
	must(t, restore(t.Context(), url, take(t, url)))
	run(t, url, letter("c")) // takes 3; a number that is taken is refused
}

func TestEarlierBackupIsMigrated(t *testing.T) {
	t.Parallel()
	url := pgtest.URL(t)
	must(t, restore(t.Context(), url, pack(t, 1, users, "id,display_name\n019f0000-0000-7000-8000-000000000001,Ann\n")))
	if n, err := backup.Accounts(t.Context(), url); err != nil || n != 1 {
		t.Errorf("%d accounts, %v", n, err)
	}
	run(t, url, "SELECT * FROM dead_letters") // of a later migration
}

func TestABadFileChangesNothing(t *testing.T) {
	t.Parallel()
	url := pgtest.URL(t)
	run(t, url, odd)
	before := tables(t, take(t, url))
	file := take(t, url)
	spoiled := bytes.Clone(file)
	spoiled[dataOffset(t, file, "users.csv")+9] ^= 0x40
	for name, c := range map[string]struct {
		file []byte
		want string
	}{
		"cut short":             {file[:len(file)/2], "not all of one"},
		"spoiled on the way":    {spoiled, ".csv"},
		"no backup":             {[]byte("hello"), "no backup"},
		"of a newer program":    {pack(t, 9999, users, "id,display_name\n"), "newer"},
		"a row that cannot be":  {pack(t, 1, users, "id,display_name\n019f0000-0000-7000-8000-000000000001,\"\"\n"), "users"},
		"fewer rows than said":  {pack(t, 1, users, "id,display_name\n"), "0 rows"},
		"a table nobody knows":  {pack(t, 1, backup.Table{Name: `x"; DROP TABLE users; --`, Columns: []string{"a"}}, "a\n"), "does not exist"},
		"columns in disorder":   {pack(t, 1, users, "display_name,id\nAnn,019f0000-0000-7000-8000-000000000001\n"), "users"},
		"a reference to nobody": {pack(t, 1, backup.Table{Name: "tokens", Columns: []string{"id", "user_id", "hash", "kind", "expires_at"}, Rows: 1}, "id,user_id,hash,kind,expires_at\n019f0000-0000-7000-8000-000000000003,019f0000-0000-7000-8000-000000000001,\\x"+strings.Repeat("00", 32)+",session,infinity\n"), "tokens"},
	} {
		t.Run(name, func(t *testing.T) {
			err := restore(t.Context(), url, c.file)
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("%v, want something about %q", err, c.want)
			}
			for name, text := range tables(t, take(t, url)) {
				if lines(text) != lines(before[name]) {
					t.Errorf("%s has changed to\n%s", name, text)
				}
			}
		})
	}
}
