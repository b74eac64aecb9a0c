package api_test

import (
	_ "example.org/m/internal/pgtest"
	_ "example.org/m/realtime/hub"
)
