/* Reads a capture with libpcap alone, and adds up every byte so that none goes unread. */
#include <pcap/pcap.h>
#include <stdint.h>
#include <stdio.h>

int main(int count, char **arguments) {
  char error[PCAP_ERRBUF_SIZE];
  pcap_t *capture = count == 2 ? pcap_open_offline(arguments[1], error) : NULL;
  if (capture == NULL) return 1;
  struct pcap_pkthdr *header;
  const u_char *bytes;
  uint64_t sum = 0, packets = 0;
  while (pcap_next_ex(capture, &header, &bytes) == 1) {
    for (uint32_t index = 0; index < header->caplen; index++) sum += bytes[index];
    packets++;
  }
  printf("%llu packets, sum %llu\n", (unsigned long long)packets, (unsigned long long)sum);
  pcap_close(capture);
  return 0;
}
