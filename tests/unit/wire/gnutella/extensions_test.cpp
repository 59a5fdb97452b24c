#include "wire/gnutella/bytes.hpp"
#include "wire/gnutella/extension_area.hpp"
#include "wire/gnutella/ggep_writer.hpp"
#include "wire/gnutella/hit_extensions.hpp"
#include "wire/gnutella/inflate.hpp"
#include "wire/gnutella/pong_extensions.hpp"
#include "wire/ip_text.hpp"
#include "wire/known_urns.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory_resource>
#include <string>
#include <vector>

namespace gnutella::wire {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using Kind = ExtensionArea::Kind;

const IpAddress ip4 = IpAddress::v4({192, 0, 2, 1});
const IpAddress ip6 = *parse_ip("2001:db8::17");
const std::vector<PackedHost> mixed{{ip4, 1, false}, {ip6, 2, true}, {ip4, 3, true}, {ip6, 0xCA18, false}};

std::string_view view(const Sha1& sha1) {
    return {reinterpret_cast<const char*>(sha1.data()), sha1.size()};
}
std::string_view view(const TigerRoot& tiger) {
    return {reinterpret_cast<const char*>(tiger.data()), tiger.size()};
}

std::vector<PackedHost> all(const PackedHosts& hosts) {
    std::vector<PackedHost> all;
    for (std::size_t at = 0; at < hosts.size(); ++at) {
        all.push_back(hosts[at]);
    }
    return all;
}

// ---- areas ----

std::vector<std::pair<Kind, std::string>> parts_of(std::string_view bytes) {
    std::vector<std::pair<Kind, std::string>> parts;
    ExtensionArea area(bytes);
    while (const auto part = area.next()) {
        parts.emplace_back(part->kind, part->bytes);
    }
    return parts;
}

TEST(ExtensionArea, TellsItsPartsApart) {
    const std::string ggep = bytes("\xC3\x81x\x43\x1C\0\x1C");
    EXPECT_THAT(
        parts_of("Urn:x\x1C<xml/>\x1C{deflate}\x1Ctext\x1C" + ggep +
                 "\x1C"
                 "behind"),
        ElementsAre(std::pair(Kind::urn, "Urn:x"), std::pair(Kind::xml, "<xml/>"), std::pair(Kind::xml, "{deflate}"),
                    std::pair(Kind::text, "text"), std::pair(Kind::ggep, ggep), std::pair(Kind::text, "behind")));
    EXPECT_THAT(parts_of(""), IsEmpty());
    EXPECT_THAT(parts_of(bytes("\x1C\0\x1C")), IsEmpty());
    EXPECT_THAT(parts_of("ur"), ElementsAre(std::pair(Kind::text, "ur")));
    EXPECT_THAT(parts_of("\xC3 broken\x1Curn:"),
                ElementsAre(std::pair(Kind::text, "\xC3 broken"), std::pair(Kind::urn, "urn:")));
}

// To find out that it is broken costs a look at all that is left: only one, however much there is of it.
TEST(ExtensionArea, LooksForNoGgepBehindWhatIsBroken) {
    const std::string ggep = bytes("\xC3\x81x\x43\x1C\0\x1C");
    EXPECT_THAT(parts_of("\xC3 broken\x1C" + ggep + "\x1Curn:"),
                ElementsAre(std::pair(Kind::text, "\xC3 broken"), std::pair(Kind::text, "\xC3\x81x\x43"),
                            std::pair(Kind::urn, "urn:")));
}

TEST(ExtensionArea, HashesAreReadFromAllThatCarryThem) {
    EXPECT_EQ(urn_of_binary_hash('\1' + std::string(view(*bitprint.sha1()))), Urn(*bitprint.sha1()));
    EXPECT_EQ(urn_of_binary_hash('\2' + std::string(view(*bitprint.sha1())) + std::string(view(*bitprint.tiger()))),
              bitprint);
    EXPECT_EQ(urn_of_binary_hash('\3' + std::string(20, 'x')), std::nullopt);
    EXPECT_EQ(urn_of_binary_hash('\1' + std::string(19, 'x')), std::nullopt);
    EXPECT_EQ(urn_of_binary_hash('\2' + std::string(20, 'x')), std::nullopt);
    EXPECT_EQ(urn_of_binary_hash(""), std::nullopt);
    EXPECT_EQ(urn_of_tiger_root(view(*bitprint.tiger())), Urn(*bitprint.tiger()));
    EXPECT_EQ(urn_of_tiger_root("short"), std::nullopt);
}

TEST(ExtensionArea, HashesOfOneFileAddUpAndThoseOfAnotherDoNot) {
    std::optional<Urn> known;
    add_urn(known, std::nullopt);
    EXPECT_EQ(known, std::nullopt);
    add_urn(known, Urn(*bitprint.tiger()));
    add_urn(known, Urn(*bitprint.sha1()));
    EXPECT_EQ(known, bitprint);
    add_urn(known, Urn(Sha1{}));
    EXPECT_EQ(known, bitprint);
    std::optional<Urn> sha1 = Urn(*bitprint.sha1());
    add_urn(sha1, Urn(Sha1{}, TigerRoot{}));
    EXPECT_EQ(sha1, Urn(*bitprint.sha1())) << "a tree of another file is not taken";
    std::optional<Urn> tiger = Urn(*bitprint.tiger());
    add_urn(tiger, Urn(Sha1{}, TigerRoot{}));
    EXPECT_EQ(tiger, Urn(*bitprint.tiger())) << "nor a SHA-1";
}

// ---- Ping and Pong ----

TEST(PingExtensions, ReadBackAsTheyWere) {
    PingExtensions extensions;
    extensions.wants_cached = CachedPongWish{.ultrapeers = true, .speaks_tls = true, .ipv6_too = true};
    extensions.guess = HalfByteVersion{0, 2};
    extensions.vendor = "GTKG";
    extensions.vendor_version = HalfByteVersion{1, 2};
    const std::string block = write_ping_extensions(extensions);
    std::pmr::monotonic_buffer_resource memory;
    const PingExtensions read = read_ping_extensions(block, memory);
    EXPECT_EQ(read.wants_cached, extensions.wants_cached);
    EXPECT_EQ(read.guess, extensions.guess);
    EXPECT_EQ(read.vendor, "GTKG");
    EXPECT_EQ(read.vendor_version, extensions.vendor_version);
    EXPECT_EQ(write_ping_extensions({}), "");
}

TEST(PingExtensions, WhoWantsNoIpv4WantsIpv6) {
    std::pmr::monotonic_buffer_resource memory;
    const auto wish = read_ping_extensions("\xC3\x83SCP\x41\x08", memory).wants_cached;
    ASSERT_TRUE(wish);
    EXPECT_TRUE(wish->no_ipv4);
    EXPECT_TRUE(wish->ipv6_too);
    EXPECT_FALSE(wish->ultrapeers);
    EXPECT_TRUE(read_ping_extensions("\xC3\x83SCP\x40", memory).wants_cached) << "without flags, too";
    EXPECT_FALSE(read_ping_extensions("", memory).wants_cached);
}

TEST(PongExtensions, ReadBackAsTheyWere) {
    PongExtensions extensions;
    extensions.daily_uptime = std::chrono::seconds(40'000);
    extensions.guess = HalfByteVersion{0, 1};
    extensions.vendor = "LIME";
    extensions.vendor_version = HalfByteVersion{5, 6};
    extensions.ultrapeer = UltrapeerSlots{{0, 1}, 30, 2};
    const std::string caches(200, 'h');
    extensions.host_caches = caches;
    extensions.host_cache = "cache.example";
    extensions.speaks_tls = true;
    extensions.ipv6 = ip6;
    extensions.asker = PackedHost{ip4, 1234};
    const std::string block = write_pong_extensions(extensions, mixed);
    std::pmr::monotonic_buffer_resource memory;
    const PongExtensions read = read_pong_extensions(block, memory);
    EXPECT_EQ(read.daily_uptime, extensions.daily_uptime);
    EXPECT_EQ(read.guess, extensions.guess);
    EXPECT_EQ(read.vendor, "LIME");
    EXPECT_EQ(read.vendor_version, extensions.vendor_version);
    EXPECT_EQ(read.ultrapeer, extensions.ultrapeer);
    EXPECT_EQ(read.host_caches, caches);
    EXPECT_EQ(read.host_cache, "cache.example");
    EXPECT_TRUE(read.speaks_tls);
    EXPECT_EQ(read.ipv6, ip6);
    EXPECT_EQ(read.asker, extensions.asker);
    EXPECT_THAT(all(read.hosts), ElementsAre(mixed[0], mixed[2]));
    EXPECT_THAT(all(read.hosts6), ElementsAre(mixed[1], mixed[3]));
    EXPECT_EQ(write_pong_extensions({}, {}), "");
}

TEST(PongExtensions, ValuesOutOfRangeAreNotThere) {
    std::string block;
    GgepWriter write(block);
    write.add("DU", hex("81 51 1"));  // a second more than a day
    write.add("GUE");
    write.add("VC", "LIM");
    write.add("UP", "12");
    write.add("6", std::string(15, 'x'));
    write.add("IP", "12345");
    write.add("IPP", "12345");
    std::pmr::monotonic_buffer_resource memory;
    const PongExtensions read = read_pong_extensions(block, memory);
    EXPECT_EQ(read.daily_uptime, std::nullopt);
    EXPECT_EQ(read.guess, std::nullopt);
    EXPECT_EQ(read.vendor, "");
    EXPECT_EQ(read.ultrapeer, std::nullopt);
    EXPECT_EQ(read.ipv6, std::nullopt);
    EXPECT_EQ(read.asker, std::nullopt);
    EXPECT_TRUE(read.hosts.empty());
}

TEST(PongExtensions, ManyBombsOfOneNameAreOpenedOnce) {
    std::string bomb;
    deflate_whole(std::string(10'000, '\0'), bomb);
    std::string block;
    GgepWriter write(block);
    for (int i = 0; i < 1000; ++i) {
        write.add({.id = "PHC", .data = bomb, .deflated = true});
    }
    std::vector<std::byte> room(12'000);
    std::pmr::monotonic_buffer_resource memory(room.data(), room.size(), std::pmr::null_memory_resource());
    EXPECT_EQ(read_pong_extensions(block, memory).host_caches.size(), 10'000U);
}

TEST(PongExtensions, OfSeveralOfOneNameTheFirstCounts) {
    std::string block;
    GgepWriter write(block);
    write.add("UDPHC", "first.example");
    write.add("UDPHC", "second.example");
    std::pmr::monotonic_buffer_resource memory;
    EXPECT_EQ(read_pong_extensions(block, memory).host_cache, "first.example");
}

// ---- Query Hit ----

TEST(HitExtensions, ReadBackAsTheyWere) {
    HitExtensions extensions;
    extensions.can_be_browsed = true;
    extensions.speaks_tls = true;
    extensions.ipv6 = ip6;
    extensions.host_name = "peer.example";
    const std::string block = write_hit_extensions(extensions, mixed);
    std::pmr::monotonic_buffer_resource memory;
    const HitExtensions read = read_hit_extensions(block, memory);
    EXPECT_TRUE(read.can_be_browsed);
    EXPECT_TRUE(read.speaks_tls);
    EXPECT_EQ(read.ipv6, ip6);
    EXPECT_EQ(read.host_name, "peer.example");
    EXPECT_THAT(all(read.push_proxies), ElementsAre(mixed[0], mixed[2]));
    EXPECT_THAT(all(read.push_proxies6), ElementsAre(mixed[1], mixed[3]));
    const HitExtensions none = read_hit_extensions("", memory);
    EXPECT_FALSE(none.can_be_browsed);
    EXPECT_TRUE(none.push_proxies.empty());
}

TEST(ResultExtensions, ReadBackAsTheyWereWithoutANul) {
    ResultExtensions extensions;
    extensions.urn = bitprint;
    extensions.large_size = 5ULL << 32;
    extensions.created = std::chrono::seconds(0x60000000);
    extensions.path = "music/old";
    extensions.text = "192 kbps";
    const std::string area = write_result_extensions(extensions, mixed);
    EXPECT_EQ(area.find('\0'), std::string::npos);
    std::pmr::monotonic_buffer_resource memory;
    const ResultExtensions read = read_result_extensions(area, memory);
    EXPECT_EQ(read.urn, bitprint);
    EXPECT_EQ(read.large_size, extensions.large_size);
    EXPECT_EQ(read.created, extensions.created);
    EXPECT_EQ(read.path, "music/old");
    EXPECT_EQ(read.text, "192 kbps");
    EXPECT_FALSE(read.partial);
    EXPECT_THAT(all(read.alternates), ElementsAre(mixed[0], mixed[2]));
    EXPECT_THAT(all(read.alternates6), ElementsAre(mixed[1], mixed[3]));
    EXPECT_EQ(write_result_extensions({}), "");
}

TEST(ResultExtensions, SayThatAFileIsNotWhole) {
    std::pmr::monotonic_buffer_resource memory;
    for (const char* id : {"PR", "PR0", "PR1", "PR4", "PRU"}) {
        std::string block;
        GgepWriter(block).add(id);
        EXPECT_TRUE(read_result_extensions(block, memory).partial) << id;
    }
    for (const char* id : {"P", "PR5", "PRX", "PRUN", "PUSH"}) {
        std::string block;
        GgepWriter(block).add(id);
        EXPECT_FALSE(read_result_extensions(block, memory).partial) << id;
    }
}

TEST(ResultExtensions, HashesAddUp) {
    std::string block;
    GgepWriter write(block, GgepWriter::Nuls::forbidden);
    write.add("TT", view(*bitprint.tiger()));
    std::pmr::monotonic_buffer_resource memory;
    EXPECT_EQ(read_result_extensions(sha1_text + "\x1C" + block, memory).urn, bitprint);
}

TEST(ResultExtensions, HashesCountInEveryBlock) {
    std::string first;
    GgepWriter(first, GgepWriter::Nuls::forbidden).add("H", std::string(1, '\x01').append(view(*bitprint.sha1())));
    std::string second;
    GgepWriter(second, GgepWriter::Nuls::forbidden).add("TT", view(*bitprint.tiger()));
    std::pmr::monotonic_buffer_resource memory;
    EXPECT_EQ(read_result_extensions(first + "\x1C" + second, memory).urn, bitprint);
}

TEST(PackedHosts, ABitForEachSaysWhoSpeaksTls) {
    std::vector<PackedHost> hosts;
    for (std::uint16_t port = 1; port <= 20; ++port) {
        hosts.push_back({ip4, port, port == 1 || port == 8 || port == 9 || port == 20});
    }
    std::string block;
    GgepWriter write(block);
    add_hosts(write, "IPP", PackedHosts::Family::v4, hosts);
    EXPECT_EQ(find_ggep(block, "IPP_TLS")->data, hex("81 80 10"));
    const PackedHosts read(PackedHosts::Family::v4, find_ggep(block, "IPP")->data, find_ggep(block, "IPP_TLS")->data);
    EXPECT_EQ(all(read), hosts);
    const PackedHosts cut(PackedHosts::Family::v4, find_ggep(block, "IPP")->data,
                          find_ggep(block, "IPP_TLS")->data.substr(0, 1));
    EXPECT_TRUE(cut[7].speaks_tls);
    EXPECT_FALSE(cut[8].speaks_tls);
}

}  // namespace
}  // namespace gnutella::wire
