// Package pgtest gives every test a fresh, migrated database in milliseconds.
//
// A package's tests share one throw-away cluster, which starts with the first test that
// wants a database. It lies in memory where there is room, with every safety off. Its
// template is migrated once, and each test's database is a copy of the template.
//
//	func TestMain(m *testing.M) { pgtest.Main(m) }
//
//	func TestEntries(t *testing.T) {
//		db := pgtest.New(t)
//		...
//	}
//
// With TEST_DATABASE_URL set, the databases are made on that server instead; its user must
// be allowed to create databases.
package pgtest
