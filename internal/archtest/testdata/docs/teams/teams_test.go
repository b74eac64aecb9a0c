// Comments in tests count for nothing.
package teams

func Exported() {}
