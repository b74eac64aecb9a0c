module example.org/m/tools
