// Command server may use everything.
package main

import (
	_ "net/http"

	_ "example.org/m/api"
	_ "example.org/m/queries"
	_ "example.org/m/realtime/hub"
)
