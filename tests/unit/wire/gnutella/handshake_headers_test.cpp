#include "wire/gnutella/handshake_headers.hpp"

#include "wire/gnutella/handshake_lines.hpp"
#include "wire/ip_text.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace gnutella::wire {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

HandshakeHeaders read(std::string_view lines) {
    HeaderBlockReader reader;
    const auto step = reader.feed("x\r\n" + std::string(lines) + "\r\n");
    EXPECT_EQ(step.outcome, HeaderBlockReader::Outcome::complete) << lines;
    return read_handshake_headers(reader.block());
}

TEST(HandshakeHeaders, ReadsWhatGtkGnutellaSays) {
    const HandshakeHeaders headers = read(
        "Node: 192.0.2.1:6346\r\nRemote-IP: 198.51.100.7\r\nUser-Agent: gtk-gnutella/1.2.3\r\nPong-Caching: 0.1\r\n"
        "Bye-Packet: 0.1\r\nGGEP: 0.5\r\nGUID: 7c406ae0b8286c939f12fb8b50ed7a0e\r\nVendor-Message: 0.2\r\n"
        "X-Query-Routing: 0.2\r\nX-Requeries: False\r\nUpgrade: TLS/1.0\r\nAccept-Encoding: deflate\r\n"
        "X-Ultrapeer: True\r\nX-Degree: 32\r\nX-Max-TTL: 4\r\nX-Dynamic-Querying: 0.1\r\n"
        "X-Ultrapeer-Query-Routing: 0.1\r\nX-Ext-Probes: 0.1\r\nX-Features: tls/1.0, browse/1.0, IP/6.0\r\n");
    EXPECT_EQ(headers.listens, (Endpoint{"192.0.2.1", 6346}));
    EXPECT_EQ(headers.remote_ip, IpAddress::v4({198, 51, 100, 7}));
    EXPECT_EQ(headers.user_agent, "gtk-gnutella/1.2.3");
    EXPECT_EQ(headers.pong_caching, (HeaderVersion{0, 1}));
    EXPECT_EQ(headers.bye_packet, (HeaderVersion{0, 1}));
    EXPECT_EQ(headers.ggep, (HeaderVersion{0, 5}));
    EXPECT_EQ(headers.vendor_message, (HeaderVersion{0, 2}));
    EXPECT_EQ(headers.query_routing, (HeaderVersion{0, 2}));
    EXPECT_EQ(headers.dynamic_querying, (HeaderVersion{0, 1}));
    EXPECT_EQ(headers.ultrapeer_query_routing, (HeaderVersion{0, 1}));
    EXPECT_EQ(headers.ext_probes, (HeaderVersion{0, 1}));
    EXPECT_EQ(headers.guid->to_string(), "7c406ae0-b828-6c93-9f12-fb8b50ed7a0e");
    EXPECT_EQ(headers.ultrapeer, true);
    EXPECT_EQ(headers.ultrapeer_needed, std::nullopt);
    EXPECT_EQ(headers.degree, 32);
    EXPECT_EQ(headers.max_ttl, 4);
    EXPECT_TRUE(headers.offers_tls);
    EXPECT_FALSE(headers.upgrades);
    EXPECT_TRUE(headers.accepts_deflate);
    EXPECT_FALSE(headers.sends_deflate);
    EXPECT_TRUE(headers.ipv6);
    EXPECT_FALSE(headers.crawler);
}

TEST(HandshakeHeaders, ReadBackAsTheyWere) {
    HandshakeHeaders headers;
    headers.user_agent = "gnut/1.0";
    headers.ultrapeer = false;
    headers.ultrapeer_needed = true;
    headers.listens = Endpoint{"2001:db8::17", 8025};
    headers.remote_ip = parse_ip("2001:db8::18");
    headers.try_hosts = {{"192.0.2.1", 1}, {"2001:db8::1", 2}};
    headers.try_ultrapeers = {{"192.0.2.2", 3}};
    headers.accepts_deflate = headers.sends_deflate = headers.offers_tls = headers.upgrades = true;
    headers.ggep = {0, 5};
    headers.pong_caching = headers.bye_packet = headers.ultrapeer_query_routing = {0, 1};
    headers.vendor_message = headers.query_routing = {0, 2};
    headers.dynamic_querying = headers.ext_probes = {12, 345};
    headers.degree = 32;
    headers.max_ttl = 7;
    headers.guid = Guid::parse("7c406ae0-b828-6c93-9f12-fb8b50ed7a0e");
    headers.ipv6 = headers.crawler = true;
    std::string text;
    write_handshake_headers(headers, text);
    EXPECT_EQ(read(text), headers);
    EXPECT_EQ(read(""), HandshakeHeaders{});
}

// Gnutella 0.6, 2.1: "There MAY be a space after the colon and after each comma ... MAY end with an extra comma".
TEST(HandshakeHeaders, ReadsHostsToTryInAllTheirForms) {
    EXPECT_THAT(read("X-Try:1.2.3.4:1234,3.4.5.6:3456\r\n").try_hosts,
                ElementsAre(Endpoint{"1.2.3.4", 1234}, Endpoint{"3.4.5.6", 3456}));
    EXPECT_THAT(read("X-Try: 1.2.3.4:1234,\r\n  3.4.5.6:3456,\r\nX-Try: [2001:db8::5]:5400\r\n").try_hosts, SizeIs(3));
    EXPECT_THAT(read("X-Try-Ultrapeers: 1.2.3.4:1234 2002-07-01T12:00Z, x, host.example:1, 1.2.3.4:0, 1.2.3.4:99999, "
                     ":5, 300.1.1.1:7\r\n")
                    .try_ultrapeers,
                ElementsAre(Endpoint{"1.2.3.4", 1234}));
    std::string many = "X-Try: ";
    for (int i = 0; i < 100; ++i) {
        many += "1.2.3.4:1234,";
    }
    EXPECT_THAT(read(many + "\r\n").try_hosts, SizeIs(HandshakeHeaders::max_try_hosts));
}

TEST(HandshakeHeaders, ReadsWhereAPeerListensByAnyName) {
    EXPECT_EQ(read("Node: 1.2.3.4:5, [2001:db8::1]:5\r\n").listens, (Endpoint{"1.2.3.4", 5}));
    EXPECT_EQ(read("X-My-Address: 1.2.3.4:5\r\n").listens, (Endpoint{"1.2.3.4", 5}));
    EXPECT_EQ(read("Node-IPv6: [2001:db8::1]:5\r\n").listens, (Endpoint{"2001:db8::1", 5}));
    EXPECT_EQ(read("Listen-IP: nonsense\r\nNode: 1.2.3.4:5\r\n").listens, (Endpoint{"1.2.3.4", 5}));
}

TEST(HandshakeHeaders, WhatIsNotAsItShouldBeIsNotSaid) {
    EXPECT_EQ(read("X-Ultrapeer: perhaps\r\nX-Degree: 99999\r\nX-Max-TTL: 300\r\nGGEP: x\r\nPong-Caching: .1\r\n"
                   "Bye-Packet: 0.1.2\r\nVendor-Message: -1\r\nX-Query-Routing: 70000.1\r\nGUID: 12\r\n"
                   "Listen-IP: name.example:1\r\nRemote-IP: 1.2.3\r\nAccept-Encoding: gzip\r\nUpgrade: h2c\r\n"
                   "Connection: close\r\nX-Features: tls/1.0\r\nGUID: zz406ae0b8286c939f12fb8b50ed7a0e\r\n"),
              HandshakeHeaders{});
    EXPECT_EQ(read("GGEP: 1\r\n").ggep, (HeaderVersion{1, 0}));
    EXPECT_EQ(read("X-Ultrapeer: fALSE\r\n").ultrapeer, false);
    EXPECT_TRUE(read("Accept-Encoding: gzip;q=1, Deflate;q=0.5\r\n").accepts_deflate);
    EXPECT_TRUE(read("Connection: keep-alive, upgrade\r\n").upgrades);
}

TEST(HandshakeHeaders, ANameOfAProgramCannotBreakALineOrGrow) {
    EXPECT_EQ(read("User-Agent: a\x1B[31m\x7F\r\n").user_agent, "a?[31m?");
    EXPECT_THAT(read("User-Agent: " + std::string(1000, 'x') + "\r\n").user_agent, SizeIs(128));
    HandshakeHeaders headers;
    headers.user_agent = "a\r\nX-Try: 1.2.3.4:5";
    std::string text;
    write_handshake_headers(headers, text);
    EXPECT_THAT(read(text).try_hosts, IsEmpty());
}

TEST(HandshakeLines, ReadsRequests) {
    EXPECT_EQ(read_connect_line("GNUTELLA CONNECT/0.6"), (HeaderVersion{0, 6}));
    EXPECT_EQ(read_connect_line("GNUTELLA CONNECT/0.4"), (HeaderVersion{0, 4}));
    EXPECT_EQ(read_connect_line("GNUTELLA CONNECT/1.10 "), (HeaderVersion{1, 10}));
    for (const char* line : {"", "GNUTELLA", "GNUTELLA CONNECT/", "GNUTELLA CONNECT/0", "GNUTELLA CONNECT/0.",
                             "GNUTELLA CONNECT/a.b", "GNUTELLA CONNECT/0.6x", "gnutella connect/0.6",
                             "GNUTELLA/0.6 200 OK", "GNUTELLA CONNECT/0.99999999", "GNUTELLA CONNECT/-1.6"}) {
        EXPECT_EQ(read_connect_line(line), std::nullopt) << line;
    }
}

TEST(HandshakeLines, ReadsStatuses) {
    const auto ok = read_status_line("GNUTELLA/0.6 200 OK");
    ASSERT_TRUE(ok);
    EXPECT_EQ(ok->version, (HeaderVersion{0, 6}));
    EXPECT_EQ(ok->code, 200);
    EXPECT_EQ(ok->reason, "OK");
    EXPECT_EQ(read_status_line("GNUTELLA/0.6 503")->reason, "");
    EXPECT_EQ(read_status_line(status_line(403, "Not compressed").substr(0, 31))->code, 403);
    for (const char* line : {"", "GNUTELLA OK", "GNUTELLA/0.6", "GNUTELLA/0.6 ", "GNUTELLA/0.6 OK", "GNUTELLA/0.6 99 x",
                             "GNUTELLA/0.6 1000 x", "GNUTELLA/0.6 200OK", "HTTP/1.1 200 OK", "GNUTELLA/x 200 OK"}) {
        EXPECT_FALSE(read_status_line(line)) << line;
    }
}

}  // namespace
}  // namespace gnutella::wire
