/**
 * Permissions: the one rule for files that hold secrets, or money: keys, passwords, wallets, tills, ledgers and pictures of
 * codes. Their owner alone may read and write them, and one that others can read is not used. Windows has no such modes: there
 * nothing is asked of a file, and whoever the folder lets in can read it.
 */

/** The mode of a file that its owner alone may read and write. */
export const own = 0o600

/** Whether this system has modes, so that they can be asked for. */
export const areKept = process.platform !== "win32"

/** What was expected of such a file. */
export const expected = "permissions 0600"

/** What is wrong with the mode of such a file, and what to do; undefined where nothing is, or nothing can be known. */
export const tooWide = (path: string, mode: number): string | undefined =>
  areKept && (mode & 0o077) !== 0
    ? `0${(mode & 0o777).toString(8)}, which lets others at it: run chmod 600 ${path}`
    : undefined
