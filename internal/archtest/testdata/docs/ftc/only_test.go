package ftc_test
