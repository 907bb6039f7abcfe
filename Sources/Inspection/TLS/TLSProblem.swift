/// What can be wrong with a TLS session that is seen encrypted.
enum TLSProblem: String, FindingCode {
  case helloIncomplete = "tls.hello-incomplete"
  case helloMalformed = "tls.hello-malformed"
  case serverHelloIncomplete = "tls.server-hello-incomplete"
  case serverHelloMalformed = "tls.server-hello-malformed"
  case certificateMalformed = "tls.certificate-malformed"
  case certificatesIncomplete = "tls.certificates-incomplete"
  case tooManyCertificates = "tls.too-many-certificates"
  case alert = "tls.alert"
  case handshakeInvalid = "tls.handshake-invalid"
  case recordInvalid = "tls.record-invalid"
  case givenUp = "tls.given-up"
}
