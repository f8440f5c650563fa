// Apart from the launcher, because a Node without import() could not even read a file that has it.
'use strict'

module.exports = function (file) {
  return import(require('url').pathToFileURL(file).href)
}
