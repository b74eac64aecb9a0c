package tools

import _ "example.org/m/api"
