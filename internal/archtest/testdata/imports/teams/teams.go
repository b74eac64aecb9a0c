// Package teams uses no other feature than accounts.
package teams

import (
	_ "example.org/m/accounts"
	_ "example.org/m/ftc"      // want imports
	_ "example.org/m/scouting" // want imports
)
