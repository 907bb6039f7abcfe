/// Which protocols know which command.
enum CommandVocabulary {
  /// The protocols that know a verb, whatever the case of its letters.
  static func protocols(knowing verb: some Collection<UInt8>) -> ProtocolSet {
    guard verb.count <= 16 else { return [] }
    return table[String(decoding: verb, as: UTF8.self).uppercased()] ?? []
  }

  /// Whether a word may be the verb of a command: letters, digits and hyphens, beginning with a letter.
  static func isVerb(_ word: some Collection<UInt8>) -> Bool {
    guard let first = word.first, (3...24).contains(word.count), isLetter(first) else { return false }
    return word.allSatisfy { isLetter($0) || isDigit($0) || $0 == UInt8(ascii: "-") }
  }

  static func isLetter(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
  }

  /// Whether this is a command of IMAP (RFC 9051 §6 and its extensions), which stands behind a tag.
  static func isIMAP(_ verb: some Collection<UInt8>) -> Bool {
    imap.contains(String(decoding: verb, as: UTF8.self).uppercased())
  }

  private static let imap: Set<String> = words(
    """
    CAPABILITY NOOP LOGOUT STARTTLS AUTHENTICATE LOGIN ENABLE SELECT EXAMINE CREATE DELETE RENAME SUBSCRIBE
    UNSUBSCRIBE LIST LSUB XLIST NAMESPACE STATUS APPEND IDLE CHECK CLOSE UNSELECT EXPUNGE SEARCH FETCH STORE COPY MOVE
    UID SORT THREAD ID COMPRESS GETQUOTA GETQUOTAROOT SETQUOTA GETACL SETACL DELETEACL LISTRIGHTS MYRIGHTS GETMETADATA
    SETMETADATA NOTIFY
    """)

  /// RFC 5321, 1870, 3030, 3207, 4954, 4468, 1985, 2033; Postfix's XCLIENT and XFORWARD.
  private static let smtp = words(
    """
    EHLO HELO LHLO MAIL RCPT DATA BDAT BURL STARTTLS VRFY EXPN SEND SOML SAML TURN ETRN ATRN XCLIENT XFORWARD
    AUTH RSET NOOP QUIT HELP
    """)

  /// RFC 1939, 2449, 2595, 5034, 6856.
  private static let pop3 = words(
    "APOP UIDL TOP CAPA STLS LAST RPOP UTF8 USER PASS AUTH STAT LIST RETR DELE RSET NOOP QUIT LANG")

  /// RFC 959, 2228, 2389, 2428, 2640, 3659, 4217, 7151.
  private static let ftp = words(
    """
    ACCT CWD CDUP SMNT REIN PORT PASV TYPE STRU MODE STOR STOU APPE ALLO REST RNFR RNTO ABOR RMD MKD PWD NLST SITE SYST
    FEAT OPTS PBSZ PROT CCC ADAT MIC CONF ENC EPRT EPSV LPRT LPSV MDTM SIZE MLST MLSD HOST CLNT MFMT AVBL XCWD XCUP
    XPWD XMKD XRMD USER PASS AUTH STAT LIST RETR DELE NOOP QUIT HELP LANG
    """)

  /// Commands that people and probes type into Redis.
  private static let redis = words(
    """
    PING GET SET DEL EXISTS INCR DECR EXPIRE TTL KEYS SCAN INFO SELECT CONFIG CLIENT COMMAND DBSIZE FLUSHALL FLUSHDB
    MONITOR HELLO AUTH QUIT ECHO LPUSH RPUSH LRANGE LPOP RPOP LLEN HGET HSET HGETALL HDEL SADD SMEMBERS SREM ZADD ZRANGE
    SUBSCRIBE PSUBSCRIBE PUBLISH UNSUBSCRIBE MULTI EXEC DISCARD WATCH EVAL SAVE BGSAVE LASTSAVE ROLE SYNC PSYNC REPLCONF
    TYPE MGET MSET APPEND RESET SHUTDOWN SLOWLOG MEMORY CLUSTER XADD XREAD XRANGE
    """)

  private static let table: [String: ProtocolSet] = {
    var table: [String: ProtocolSet] = [:]
    for (words, member) in [(smtp, ProtocolSet.smtp), (pop3, .pop3), (ftp, .ftp), (redis, .redis)] {
      for word in words { table[word, default: []].insert(member) }
    }
    return table
  }()

  private static func words(_ text: String) -> Set<String> {
    Set(text.split { $0 == " " || $0 == "\n" }.map(String.init))
  }
}
