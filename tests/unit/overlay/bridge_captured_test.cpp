#include "overlay/router_fixture.hpp"
#include "wire/gnutella/captured.hpp"

#include <gmock/gmock.h>

#include <algorithm>

namespace gnutella::overlay {
namespace {

using BridgeCaptured = RouterFixture;

TEST_F(BridgeCaptured, WhatARealGtkGnutellaSharesOnAPrivateNetworkIsFoundInJsonAndFetchedForALegacyPeer) {
    const wire::CapturedMessages said("gtk-gnutella-1.2.3/ultrapeer-connects/messages.bin");
    open(1);
    open_legacy(3);
    open_gnutella(11, Role::ultrapeer);
    std::size_t hits = 0;
    for (wire::Message message : said.messages) {
        const auto* hit = std::get_if<wire::QueryHit>(&message.body);
        if (hit == nullptr || hit->results.empty()) {
            continue;
        }
        ++hits;
        const Guid in_json = numbered(100 + static_cast<std::uint32_t>(hits));
        receive(1, query_json(in_json, "words"));
        out.clear();
        message.id = in_json;
        router().receive(11, message, now, library, out);
        const boost::json::object found = only_sent(1);
        EXPECT_EQ(found.at("firewalled"), true);
        EXPECT_EQ(text_of(found, "peer"), hit->peer->to_string());
        EXPECT_EQ(text_of(found, "client"), "gtk-gnutella");
        EXPECT_FALSE(found.at("proxies").as_array().empty());
        out.clear();
        EXPECT_TRUE(router().proxy_push(*hit->peer, 0, {"10.9.9.9", 6'346}, now, out));

        const auto small = std::ranges::find_if(
            hit->results, [](const wire::Result& file) { return file.urn && file.size <= max_datagram; });
        if (small == hit->results.end()) {
            continue;
        }
        const Guid in_legacy = numbered(200 + static_cast<std::uint32_t>(hits));
        receive(3, legacy_query_json("DESKTOP-3", 7'003, in_legacy.to_string(), small->name));
        out.clear();
        message.id = in_legacy;
        router().receive(11, message, now, library, out);
        ASSERT_EQ(out.fetches.size(), 1U);
        EXPECT_EQ(out.fetches[0].hit.name, small->name);
        EXPECT_TRUE(out.fetches[0].hit.firewalled);
    }
    EXPECT_GT(hits, 0U);
}

}  // namespace
}  // namespace gnutella::overlay
