package teams // want doc
