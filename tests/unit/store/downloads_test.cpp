#include "stored.hpp"

#include <vector>

namespace gnutella::store {
namespace {

TEST_F(Stored, DownloadsOutliveTheStoreInTheirOrder) {
    const auto one = download("/d/\xFFone", 1);
    EXPECT_FALSE(open()->add_download(one));
    EXPECT_FALSE(open()->add_download(download("/d/two", 2)));
    const auto downloads = open()->downloads(10);
    ASSERT_EQ(downloads.size(), 2U);
    EXPECT_EQ(downloads[0].id, one.id);
    EXPECT_EQ(downloads[0].urn, one.urn);
    EXPECT_EQ(downloads[0].folder, one.folder);
    EXPECT_EQ(downloads[0].name, "name");
    EXPECT_EQ(downloads[0].size, 5'000'000'000U);
    EXPECT_FALSE(downloads[0].paused);
    ASSERT_EQ(downloads[0].sources.size(), 1U);
    const Hit& source = downloads[0].sources[0];
    EXPECT_EQ(source.source, one.sources[0].source);
    EXPECT_EQ(source.peer, one.sources[0].peer);
    EXPECT_EQ(source.key, one.sources[0].key);
    EXPECT_EQ(source.transports, one.sources[0].transports);
    EXPECT_EQ(source.urn, one.urn);
    EXPECT_EQ(source.dialect, Dialect::gnutella);
    EXPECT_EQ(source.index, 4'000'000'000);
    EXPECT_TRUE(source.firewalled);
    EXPECT_EQ(source.push_proxies, one.sources[0].push_proxies);
    EXPECT_TRUE(source.tls);
    EXPECT_EQ(source.client, "gtk-gnutella");
    EXPECT_EQ(downloads[1].folder, "/d/two");
    EXPECT_EQ(open()->downloads(1).size(), 1U);
}

TEST_F(Stored, WhatBecomesOfADownloadIsKept) {
    const auto store = open();
    const auto one = download("/d", 1);
    store->add_download(one);
    const std::vector blocks{std::byte{3}, std::byte{7}};
    const std::vector<TigerRoot> leaves(3, TigerRoot{9});
    store->keep_download_blocks(one.id, blocks);
    store->keep_download_leaves(one.id, leaves);
    store->keep_download_state(one.id, true);
    store->keep_download_size(one.id, 77);
    auto sources = one.sources;
    sources.push_back(sources.front());
    sources.back().source.port = 1;
    store->keep_download_sources(one.id, sources);
    auto kept = store->downloads(10);
    ASSERT_EQ(kept.size(), 1U);
    EXPECT_EQ(kept[0].blocks, blocks);
    EXPECT_EQ(kept[0].leaves, leaves);
    EXPECT_TRUE(kept[0].paused);
    EXPECT_EQ(kept[0].size, 77U);
    EXPECT_EQ(kept[0].sources.size(), 2U);
    store->forget_download(one.id);
    store->keep_download_sources(one.id, sources);
    EXPECT_TRUE(store->downloads(10).empty());
}

TEST_F(Stored, ADownloadOfTheSameFileToTheSameFolderReplacesTheOther) {
    const auto store = open();
    store->add_download(download("/d", 1));
    auto again = download("/d", 1);
    again.id.bytes.fill(9);
    store->add_download(again);
    const auto kept = store->downloads(10);
    ASSERT_EQ(kept.size(), 1U);
    EXPECT_EQ(kept[0].id, again.id);
    EXPECT_EQ(kept[0].sources.size(), 1U);
}

TEST_F(Stored, ADownloadThatIsAddedOnceMoreKeepsWhatIsKnownOfItsBlocks) {
    const auto store = open();
    DownloadRecord one = download("/d", 1);
    EXPECT_FALSE(store->has_download(one.id));
    store->add_download(one);
    EXPECT_TRUE(store->has_download(one.id));
    const std::vector<std::byte> blocks(3, std::byte{0xA5});
    store->keep_download_blocks(one.id, blocks);
    store->keep_download_state(one.id, true);
    one.name = "renamed";
    EXPECT_FALSE(store->add_download(one));
    const auto kept = store->downloads(10);
    ASSERT_EQ(kept.size(), 1U);
    EXPECT_EQ(kept[0].blocks, blocks);
    EXPECT_EQ(kept[0].name, "renamed");
    EXPECT_FALSE(kept[0].paused);
    EXPECT_EQ(kept[0].sources.size(), 1U);
}

}  // namespace
}  // namespace gnutella::store
