/**
 * NodeVersion: whether the running Node is new enough for paycode. It is plain JavaScript for any Node: an old one must be
 * able to run it, and cannot run TypeScript.
 */
const [major, minor] = process.versions.node.split(".").map(Number)

/** What is wrong with the running Node, as one sentence; undefined where it is new enough. */
exports.complaint =
  major > 22 || (major === 22 && minor >= 19)
    ? undefined
    : `paycode: expected Node 22.19 or newer, found ${process.versions.node} at ${process.execPath}; install a newer one, or put it first in PATH`
