#pragma once

// OpenSSL's API, and as inline functions the macros of it that Swift cannot call.
// Each `wt_NAME` is the macro NAME with its arguments typed, and nothing else, unless a comment says more.

#include <openssl/asn1.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>

static inline void wt_SSL_CTX_set_mode(SSL_CTX *context, long mode) {
  SSL_CTX_set_mode(context, mode);
}

static inline void wt_SSL_CTX_set_session_cache_mode(SSL_CTX *context, long mode) {
  SSL_CTX_set_session_cache_mode(context, mode);
}

static inline int wt_SSL_CTX_set_min_proto_version(SSL_CTX *context, int version) {
  return (int)SSL_CTX_set_min_proto_version(context, version);
}

static inline int wt_SSL_set_min_proto_version(SSL *ssl, int version) {
  return (int)SSL_set_min_proto_version(ssl, version);
}

static inline int wt_SSL_set_max_proto_version(SSL *ssl, int version) {
  return (int)SSL_set_max_proto_version(ssl, version);
}

static inline int wt_SSL_set_tlsext_host_name(SSL *ssl, const char *name) {
  return (int)SSL_set_tlsext_host_name(ssl, name);
}

static inline int wt_SSL_CTX_add1_chain_cert(SSL_CTX *context, X509 *certificate) {
  return (int)SSL_CTX_add1_chain_cert(context, certificate);
}

static inline int wt_SSL_add1_chain_cert(SSL *ssl, X509 *certificate) {
  return (int)SSL_add1_chain_cert(ssl, certificate);
}

static inline uint64_t wt_SSL_OP_NO_RENEGOTIATION(void) { return SSL_OP_NO_RENEGOTIATION; }
static inline uint64_t wt_SSL_OP_NO_TICKET(void) { return SSL_OP_NO_TICKET; }
static inline uint64_t wt_SSL_OP_CIPHER_SERVER_PREFERENCE(void) { return SSL_OP_CIPHER_SERVER_PREFERENCE; }
static inline uint64_t wt_SSL_OP_NO_COMPRESSION(void) { return SSL_OP_NO_COMPRESSION; }

static inline void wt_BIO_set_retry_read(BIO *bio) { BIO_set_retry_read(bio); }
static inline void wt_BIO_clear_retry_flags(BIO *bio) { BIO_clear_retry_flags(bio); }
static inline long wt_BIO_get_mem_data(BIO *bio, char **data) { return BIO_get_mem_data(bio, data); }

static inline int wt_sk_X509_num(const STACK_OF(X509) *stack) { return sk_X509_num(stack); }
static inline X509 *wt_sk_X509_value(const STACK_OF(X509) *stack, int index) {
  return sk_X509_value(stack, index);
}

static inline int wt_sk_SSL_CIPHER_num(const STACK_OF(SSL_CIPHER) *stack) { return sk_SSL_CIPHER_num(stack); }
static inline const SSL_CIPHER *wt_sk_SSL_CIPHER_value(const STACK_OF(SSL_CIPHER) *stack, int index) {
  return sk_SSL_CIPHER_value(stack, index);
}

static inline int wt_sk_GENERAL_NAME_num(const GENERAL_NAMES *names) { return sk_GENERAL_NAME_num(names); }
static inline GENERAL_NAME *wt_sk_GENERAL_NAME_value(const GENERAL_NAMES *names, int index) {
  return sk_GENERAL_NAME_value(names, index);
}

// The bytes of a name of type GEN_DNS or GEN_IPADD, borrowed from it, and their count; NULL for other types.
static inline const unsigned char *wt_GENERAL_NAME_bytes(const GENERAL_NAME *name, int *type, int *count) {
  const ASN1_STRING *value = GENERAL_NAME_get0_value(name, type);
  if (value == NULL || (*type != GEN_DNS && *type != GEN_IPADD)) return NULL;
  *count = ASN1_STRING_length(value);
  return ASN1_STRING_get0_data(value);
}

// Days and seconds from 1970 to a time; 0 where it is malformed.
static inline int wt_ASN1_TIME_since_1970(const ASN1_TIME *time, int *days, int *seconds) {
  ASN1_TIME *epoch = ASN1_TIME_set(NULL, 0);
  int result = epoch != NULL && time != NULL && ASN1_TIME_diff(days, seconds, epoch, time);
  ASN1_TIME_free(epoch);
  return result;
}

// Days and seconds from 1970 to the times between which a certificate is valid; 0 where one is malformed.
static inline int wt_X509_not_before(const X509 *certificate, int *days, int *seconds) {
  return wt_ASN1_TIME_since_1970(X509_get0_notBefore(certificate), days, seconds);
}

static inline int wt_X509_not_after(const X509 *certificate, int *days, int *seconds) {
  return wt_ASN1_TIME_since_1970(X509_get0_notAfter(certificate), days, seconds);
}

// A new key on the NIST curve P-256.
static inline EVP_PKEY *wt_EVP_EC_gen_P256(void) { return EVP_EC_gen("P-256"); }

static inline EVP_PKEY *wt_EVP_RSA_gen(unsigned int bits) { return EVP_RSA_gen(bits); }

// Adds the extension `nid` with the value that openssl.cnf would give it (x509v3_config(5)) to `subject`.
// `issuer` is where an authority key identifier is taken from. Returns 0 on failure.
static inline int wt_X509_add_extension(X509 *subject, X509 *issuer, int nid, const char *value) {
  X509V3_CTX context;
  X509V3_set_ctx(&context, issuer, subject, NULL, NULL, 0);
  X509V3_set_ctx_nodb(&context);
  X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, &context, nid, value);
  if (extension == NULL) return 0;
  int added = X509_add_ext(subject, extension, -1);
  X509_EXTENSION_free(extension);
  return added;
}

// Appends a name to the list: of type GEN_DNS or GEN_IPADD, with these bytes. Returns 0 on failure.
static inline int wt_sk_GENERAL_NAME_add(GENERAL_NAMES *names, int type, const unsigned char *bytes, int length) {
  GENERAL_NAME *name = GENERAL_NAME_new();
  ASN1_STRING *value = type == GEN_DNS ? ASN1_IA5STRING_new() : ASN1_OCTET_STRING_new();
  int added = 0;
  if (name != NULL && value != NULL && ASN1_STRING_set(value, bytes, length) == 1) {
    GENERAL_NAME_set0_value(name, type, value);
    value = NULL;
    added = sk_GENERAL_NAME_push(names, name) > 0;
    if (added) name = NULL;
  }
  ASN1_STRING_free(value);
  GENERAL_NAME_free(name);
  return added;
}

// Adds a subject alternative name extension that holds one such name. Returns 0 on failure.
static inline int wt_X509_add_alternative_name(X509 *certificate, int type, const unsigned char *bytes, int length) {
  GENERAL_NAMES *names = GENERAL_NAMES_new();
  int added = names != NULL && wt_sk_GENERAL_NAME_add(names, type, bytes, length) &&
      X509_add1_ext_i2d(certificate, NID_subject_alt_name, names, 0, X509V3_ADD_DEFAULT) > 0;
  GENERAL_NAMES_free(names);
  return added;
}

// Adds a subject alternative name extension that holds a copy of this one name. Returns 0 on failure.
static inline int wt_X509_add_general_name(X509 *certificate, GENERAL_NAME *name) {
  GENERAL_NAMES *names = GENERAL_NAMES_new();
  GENERAL_NAME *copy = GENERAL_NAME_dup(name);
  int added = 0;
  if (names != NULL && copy != NULL && sk_GENERAL_NAME_push(names, copy) > 0) {
    copy = NULL;
    added = X509_add1_ext_i2d(certificate, NID_subject_alt_name, names, 0, X509V3_ADD_DEFAULT);
  }
  GENERAL_NAME_free(copy);
  GENERAL_NAMES_free(names);
  return added;
}

// Whether the certificate has an alternative name of type GEN_DNS.
static inline int wt_X509_has_dns_name(const X509 *certificate) {
  GENERAL_NAMES *names = (GENERAL_NAMES *)X509_get_ext_d2i(certificate, NID_subject_alt_name, NULL, NULL);
  int found = 0;
  for (int index = 0; !found && index < sk_GENERAL_NAME_num(names); index++)
    found = sk_GENERAL_NAME_value(names, index)->type == GEN_DNS;
  GENERAL_NAMES_free(names);
  return found;
}

// Takes a name out of the list, and frees it.
static inline void wt_sk_GENERAL_NAME_remove(GENERAL_NAMES *names, int index) {
  GENERAL_NAME_free(sk_GENERAL_NAME_delete(names, index));
}

// Adds a permitted subtree, or an excluded one, of type GEN_DNS or GEN_IPADD. Returns 0 on failure.
static inline int wt_NAME_CONSTRAINTS_add(
    NAME_CONSTRAINTS *constraints, int excluded, int type, const unsigned char *bytes, int length) {
  STACK_OF(GENERAL_SUBTREE) **list =
      excluded ? &constraints->excludedSubtrees : &constraints->permittedSubtrees;
  if (*list == NULL) *list = sk_GENERAL_SUBTREE_new_null();
  GENERAL_SUBTREE *subtree = GENERAL_SUBTREE_new();
  ASN1_STRING *value = type == GEN_DNS ? ASN1_IA5STRING_new() : ASN1_OCTET_STRING_new();
  int added = 0;
  if (*list != NULL && subtree != NULL && value != NULL && ASN1_STRING_set(value, bytes, length) == 1) {
    GENERAL_NAME_set0_value(subtree->base, type, value);
    value = NULL;
    added = sk_GENERAL_SUBTREE_push(*list, subtree) > 0;
    if (added) subtree = NULL;
  }
  ASN1_STRING_free(value);
  GENERAL_SUBTREE_free(subtree);
  return added;
}

// The number of permitted subtrees, or of excluded ones.
static inline int wt_NAME_CONSTRAINTS_num(const NAME_CONSTRAINTS *constraints, int excluded) {
  return sk_GENERAL_SUBTREE_num(excluded ? constraints->excludedSubtrees : constraints->permittedSubtrees);
}

// The name of one of them, borrowed.
static inline GENERAL_NAME *wt_NAME_CONSTRAINTS_base(
    const NAME_CONSTRAINTS *constraints, int excluded, int index) {
  GENERAL_SUBTREE *subtree = sk_GENERAL_SUBTREE_value(
      excluded ? constraints->excludedSubtrees : constraints->permittedSubtrees, index);
  return subtree == NULL ? NULL : subtree->base;
}

static inline unsigned long wt_XN_FLAG_RFC2253(void) { return XN_FLAG_RFC2253; }
