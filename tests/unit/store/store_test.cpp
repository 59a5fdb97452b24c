#include "store/store.hpp"

#include "block_tree_hasher.hpp"
#include "sample_bytes.hpp"
#include "store/database.hpp"
#include "temporary_folder.hpp"

#include <gtest/gtest.h>

#include <sys/stat.h>

#include <barrier>
#include <thread>

namespace gnutella::store {
namespace {

using std::chrono::hours;

SharedFile file(const std::filesystem::path& path, std::uint8_t content = 1) {
    Sha1 sha1{};
    TigerRoot tiger{};
    sha1.front() = tiger.back() = content;
    return {path.filename().string(), path, 100, -5, Urn(sha1, tiger)};
}

HashTree tree_of(std::size_t size) {
    const std::string content = test::sample_bytes(size);
    BlockTreeHasher hasher;
    hasher.update(test::bytes_of(content));
    return hasher.finish();
}

class Stored : public ::testing::Test {
  protected:
    std::filesystem::path folder() const { return temporary_.path() / "state" / "gnut"; }
    std::filesystem::path database() const { return folder() / "gnutella.sqlite"; }

    std::unique_ptr<Store> open() {
        return Store::open(folder(), error_, [this] { return now_; });
    }

    std::unique_ptr<Database> open_database() {
        std::filesystem::create_directories(folder());
        return Database::open(database(), error_);
    }

    // Damages the pages of the files, and not those of the hosts.
    void damage() const {
        std::fstream stream(database(), std::ios::in | std::ios::out | std::ios::binary);
        stream.seekp(3 * 4096);
        stream << std::string(std::filesystem::file_size(database()) - 3 * 4096, 'x');
    }

    test::TemporaryFolder temporary_;
    error_code error_ = Error::stopped;
    std::chrono::system_clock::time_point now_ = std::chrono::system_clock::time_point(hours(24 * 20'000));
};

TEST_F(Stored, HashesAreFoundByPathSizeAndTime) {
    const auto store = open();
    ASSERT_TRUE(store);
    const SharedFile one = file("/s/one", 1);
    store->remember(one);
    EXPECT_EQ(store->find("/s/one", 100, -5), one.urn);
    EXPECT_EQ(store->find("/s/two", 100, -5), std::nullopt);
    EXPECT_EQ(store->find("/s/one", 101, -5), std::nullopt);
    EXPECT_EQ(store->find("/s/one", 100, -4), std::nullopt);
}

TEST_F(Stored, HashesOutliveTheStore) {
    const SharedFile one = file("/s/one", 1);
    const SharedFile odd{"odd", std::string("/s/\xFF\n/odd"), UINT64_MAX, INT64_MIN, one.urn};
    open()->remember(std::vector{one, odd});
    const auto store = open();
    EXPECT_FALSE(error_);
    EXPECT_EQ(store->find(one.path, one.size, one.modified), one.urn);
    EXPECT_EQ(store->find(odd.path, odd.size, odd.modified), odd.urn);
    EXPECT_FALSE(store->moved_aside());
}

TEST_F(Stored, ALaterHashReplacesTheEarlier) {
    const auto store = open();
    store->remember(file("/s/one", 1));
    SharedFile changed = file("/s/one", 2);
    changed.size = 200;
    store->remember(changed);
    EXPECT_EQ(store->find("/s/one", 100, -5), std::nullopt);
    EXPECT_EQ(store->find("/s/one", 200, -5), changed.urn);
}

TEST_F(Stored, AFileWithOneHashOnlyIsNotRemembered) {
    const auto store = open();
    store->remember({"one", "/s/one", 100, -5, Urn(Sha1{})});
    EXPECT_EQ(store->find("/s/one", 100, -5), std::nullopt);
}

TEST_F(Stored, AForgottenFileIsNotFound) {
    const auto store = open();
    store->remember(file("/s/one"));
    store->remember(file("/s/two"));
    store->forget("/s/one");
    store->forget("/s/never");
    EXPECT_FALSE(store->find("/s/one", 100, -5));
    EXPECT_TRUE(store->find("/s/two", 100, -5));
}

TEST_F(Stored, FilesThatNobodySawForLongArePruned) {
    const auto store = open();
    store->remember(file("/s/gone"));
    store->remember(file("/s/used"));
    now_ += hours(24 * 100);
    EXPECT_TRUE(store->find("/s/used", 100, -5));
    store->remember(file("/s/new"));
    store->prune(hours(24 * 90));
    EXPECT_FALSE(store->find("/s/gone", 100, -5));
    EXPECT_TRUE(store->find("/s/used", 100, -5));
    EXPECT_TRUE(store->find("/s/new", 100, -5));
}

TEST_F(Stored, AFileSeenWithinADayOfTheLimitIsKept) {
    const auto store = open();
    store->remember(file("/s/one"));
    now_ += hours(23);
    EXPECT_TRUE(store->find("/s/one", 100, -5));  // seen again, but not written
    store->remember(file("/s/other"));
    store->prune(hours(0));
    EXPECT_TRUE(store->find("/s/one", 100, -5));
}

TEST_F(Stored, AClockThatJumpsMakesNothingOld) {
    const HashTree tree = tree_of(200'000);
    const auto right = now_;
    const auto store = open();
    store->remember(file("/s/one"));
    store->remember_tree(tree);
    const auto expect_all = [&] {
        store->prune(hours(24 * 90));
        EXPECT_TRUE(store->find("/s/one", 100, -5));
        EXPECT_TRUE(store->find_tree(200'000, tree.root()));
    };
    now_ = right + hours(24 * 10'000);
    expect_all();
    store->remember(file("/s/from the future"));
    now_ = right;
    store->remember(file("/s/two"));
    expect_all();
    EXPECT_TRUE(store->find("/s/two", 100, -5));
    now_ = std::chrono::system_clock::time_point();
    store->remember(file("/s/three"));
    expect_all();
    EXPECT_TRUE(store->find("/s/two", 100, -5));
    EXPECT_TRUE(store->find("/s/three", 100, -5));
}

TEST_F(Stored, TreesOutliveTheStore) {
    const HashTree tree = tree_of(200'000);
    open()->remember_tree(tree);
    const auto store = open();
    EXPECT_EQ(store->find_tree(200'000, tree.root()), tree);
    EXPECT_EQ(store->find_tree(200'001, tree.root()), std::nullopt);
    EXPECT_EQ(store->find_tree(200'000, TigerRoot{}), std::nullopt);
}

TEST_F(Stored, TheTreeOfOneBlockNeedNotBeRemembered) {
    const HashTree tree = tree_of(1'000);
    EXPECT_EQ(open()->find_tree(1'000, tree.root()), tree);
}

TEST_F(Stored, ATreeThatTheDiskHasSpoiltIsNotFound) {
    const HashTree tree = tree_of(200'000);
    open()->remember_tree(tree);
    open_database()->execute("UPDATE trees SET leaves = zeroblob(length(leaves))", error_);
    ASSERT_FALSE(error_);
    EXPECT_FALSE(open()->find_tree(200'000, tree.root()));
    open_database()->execute("UPDATE trees SET leaves = x'00'", error_);
    EXPECT_FALSE(open()->find_tree(200'000, tree.root()));
}

TEST_F(Stored, TreesAreKeptAsLongAsAFileHasThemOrSomebodyAsks) {
    const auto store = open();
    const HashTree shared = tree_of(100'000);
    const HashTree asked = tree_of(200'000);
    const HashTree gone = tree_of(300'000);
    for (const HashTree* tree : {&shared, &asked, &gone}) {
        store->remember_tree(*tree);
    }
    now_ += hours(24 * 100);
    store->remember({"one", "/s/one", 100'000, -5, Urn(Sha1{}, shared.root())});
    EXPECT_TRUE(store->find_tree(200'000, asked.root()));
    store->prune(hours(24 * 90));
    EXPECT_TRUE(store->find_tree(100'000, shared.root()));
    EXPECT_TRUE(store->find_tree(200'000, asked.root()));
    EXPECT_FALSE(store->find_tree(300'000, gone.root()));
}

TEST_F(Stored, HashesOfVersion1AreKeptAndTreesCanBeAdded) {
    open_database()->execute(R"(
        CREATE TABLE hashes (path BLOB PRIMARY KEY, size INTEGER NOT NULL, modified INTEGER NOT NULL,
            sha1 BLOB NOT NULL, tiger BLOB NOT NULL, seen INTEGER NOT NULL) WITHOUT ROWID;
        CREATE TABLE hosts (position INTEGER PRIMARY KEY, host TEXT NOT NULL, port INTEGER NOT NULL);
        INSERT INTO hashes VALUES (CAST('/s/old' AS BLOB), 100, -5, zeroblob(20), zeroblob(24), 0);
        INSERT INTO hosts VALUES (1, 'old', 8025);
        PRAGMA application_id = 1735292276; PRAGMA user_version = 1;)",
                             error_);
    ASSERT_FALSE(error_) << error_.message();
    const auto store = open();
    ASSERT_TRUE(store) << error_.message();
    EXPECT_FALSE(store->moved_aside());
    EXPECT_EQ(store->find("/s/old", 100, -5), Urn(Sha1{}, TigerRoot{}));
    EXPECT_EQ(store->hosts(), std::vector{KnownHost(Endpoint{"old", 8025})});
    const HashTree tree = tree_of(200'000);
    store->remember_tree(tree);
    EXPECT_EQ(store->find_tree(200'000, tree.root()), tree);
}

TEST_F(Stored, HostsComeBackInTheirOrder) {
    const std::vector<KnownHost> hosts{{Endpoint{"z.example.org", 1}, Dialect::json},
                                       {Endpoint{"192.0.2.1", 65535}, Dialect::gnutella},
                                       {Endpoint{"2001:db8::1", 8025}, std::nullopt}};
    EXPECT_TRUE(open()->hosts().empty());
    EXPECT_FALSE(open()->save_hosts(hosts));
    EXPECT_EQ(open()->hosts(), hosts);
    EXPECT_FALSE(open()->save_hosts(std::span(hosts).first(1)));
    EXPECT_EQ(open()->hosts(), std::vector{hosts.front()});
    EXPECT_FALSE(open()->save_hosts({}));
    EXPECT_TRUE(open()->hosts().empty());
}

TEST_F(Stored, WithoutAFolderItIsKeptInMemory) {
    const auto store = Store::open({}, error_);
    ASSERT_TRUE(store);
    EXPECT_FALSE(error_);
    store->remember(file("/s/one"));
    EXPECT_TRUE(store->find("/s/one", 100, -5));
    EXPECT_FALSE(Store::open({}, error_)->find("/s/one", 100, -5));
}

TEST_F(Stored, TheFolderIsForItsOwnerAlone) {
    ASSERT_TRUE(open());
    struct stat status {};
    ASSERT_EQ(::stat(folder().c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0777, 0700U);
}

TEST_F(Stored, AFolderThatCannotBeIsAnError) {
    temporary_.write("state", "a file, where a folder should be");
    EXPECT_FALSE(open());
    EXPECT_EQ(error_, Error::state_unusable);
}

TEST_F(Stored, AFileThatIsNoDatabaseIsMovedAside) {
    temporary_.write("state/gnut/gnutella.sqlite", std::string(5'000, 'x'));
    const auto store = open();
    ASSERT_TRUE(store);
    EXPECT_FALSE(error_);
    EXPECT_EQ(store->moved_aside(), database().string() + ".corrupt-1");
    EXPECT_EQ(std::filesystem::file_size(database().string() + ".corrupt-1"), 5'000U);
    store->remember(file("/s/one"));
    EXPECT_TRUE(open()->find("/s/one", 100, -5));
}

TEST_F(Stored, EachDamagedDatabaseIsKeptUnderANumberOfItsOwn) {
    for (int number = 1; number <= 12; ++number) {
        temporary_.write("state/gnut/gnutella.sqlite", std::string(5'000, 'x'));
        const auto store = open();
        ASSERT_TRUE(store);
        EXPECT_EQ(store->moved_aside(), database().string() + ".corrupt-" + std::to_string(std::min(number, 9)));
    }
}

TEST_F(Stored, ADatabaseDamagedInTheMiddleIsFoundOutWhenItIsOpened) {
    {
        const auto store = open();
        std::vector<SharedFile> files;
        for (int number = 0; number < 1'000; ++number) {
            files.push_back(file("/s/" + std::to_string(number)));
        }
        store->remember(files);
    }
    damage();
    const auto store = open();
    ASSERT_TRUE(store);
    EXPECT_TRUE(store->moved_aside());
    EXPECT_FALSE(store->find("/s/1", 100, -5));
}

TEST_F(Stored, ADatabaseDamagedWhileInUseIsReplaced) {
    {
        std::vector<SharedFile> files;
        for (int number = 0; number < 1'000; ++number) {
            files.push_back(file("/s/" + std::to_string(number)));
        }
        open()->remember(files);
    }
    const auto store = open();
    std::vector<std::filesystem::path> told;
    store->on_moved_aside([&told](const std::filesystem::path& place) { told.push_back(place); });
    damage();
    open_database()->execute("DELETE FROM hosts; INSERT INTO hosts VALUES (1, 'makes others read again', 1, '')",
                             error_);
    ASSERT_FALSE(error_);
    for (int number = 0; number < 1'000; ++number) {
        store->find("/s/" + std::to_string(number), 100, -5);
    }
    EXPECT_EQ(told, std::vector<std::filesystem::path>{database().string() + ".corrupt-1"});
    store->remember(file("/s/new"));
    EXPECT_TRUE(store->find("/s/new", 100, -5));
}

DownloadRecord download(const std::filesystem::path& folder, std::uint8_t content = 1) {
    DownloadRecord record;
    record.id.bytes.fill(content);
    record.urn = file("/s/x", content).urn;
    record.folder = folder;
    record.name = "name";
    record.size = 5'000'000'000;
    Hit hit;
    hit.name = "source's name";
    hit.size = record.size;
    hit.urn = record.urn;
    hit.source = {"192.0.2.1", 8025};
    hit.peer = Guid::parse("00000000-0000-4000-8000-000000000001");
    hit.key.emplace().bytes.fill(7);
    hit.transports = {Transport::quic, Transport::http};
    hit.dialect = Dialect::gnutella;
    hit.index = 4'000'000'000;
    hit.firewalled = true;
    hit.push_proxies = {{"192.0.2.2", 6346}, {"2001:db8::2", 6347}};
    hit.tls = true;
    hit.client = "gtk-gnutella";
    record.sources = {hit};
    return record;
}

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

TEST_F(Stored, ADatabaseOfTheFirstVersionIsBroughtUpToDateWithWhatIsInIt) {
    open_database()->execute(
        "CREATE TABLE hashes (path BLOB PRIMARY KEY, size INTEGER NOT NULL, modified INTEGER NOT NULL, sha1 BLOB NOT "
        "NULL, tiger BLOB NOT NULL, seen INTEGER NOT NULL) WITHOUT ROWID;"
        "CREATE TABLE hosts (position INTEGER PRIMARY KEY, host TEXT NOT NULL, port INTEGER NOT NULL);"
        "INSERT INTO hosts VALUES (1, 'known', 8025); PRAGMA application_id = 1735292276; PRAGMA user_version = 1",
        error_);
    ASSERT_FALSE(error_) << error_.message();
    const auto store = open();
    ASSERT_TRUE(store) << error_.message();
    EXPECT_EQ(store->hosts().size(), 1U);
    EXPECT_FALSE(store->add_download(download("/d")));
    EXPECT_EQ(store->downloads(10).size(), 1U);
}

TEST_F(Stored, ADatabaseOfALaterVersionIsRefusedAndLeftAlone) {
    ASSERT_TRUE(open());
    open_database()->execute("PRAGMA user_version = 1000", error_);
    ASSERT_FALSE(error_);
    EXPECT_FALSE(open());
    EXPECT_EQ(error_, Error::state_unusable);
    EXPECT_EQ(open_database()->number("PRAGMA user_version", error_), 1000);
}

TEST_F(Stored, ADatabaseOfAnotherProgramIsRefusedAndLeftAlone) {
    open_database()->execute("CREATE TABLE theirs (x); INSERT INTO theirs VALUES (42)", error_);
    EXPECT_FALSE(open());
    EXPECT_EQ(error_, Error::state_unusable);
    EXPECT_EQ(open_database()->number("SELECT x FROM theirs", error_), 42);

    open_database()->execute("DROP TABLE theirs; PRAGMA application_id = 5", error_);
    EXPECT_FALSE(open());
    EXPECT_EQ(error_, Error::state_unusable);
}

TEST_F(Stored, SeveralMayBeginOneAtOnce) {
    constexpr int users = 6;
    for (int round = 0; round < 50; ++round) {
        const auto fresh = temporary_.path() / std::to_string(round);
        std::barrier together(users);
        std::vector<std::jthread> threads;
        for (int user = 0; user < users; ++user) {
            threads.emplace_back([&] {
                error_code error;
                together.arrive_and_wait();
                EXPECT_TRUE(Store::open(fresh, error)) << "round " << round << ": " << error.message();
            });
        }
    }
}

TEST_F(Stored, SeveralMayUseOneFolder) {
    constexpr int users = 4;
    constexpr int files_each = 200;
    std::vector<std::jthread> threads;
    for (int user = 0; user < users; ++user) {
        threads.emplace_back([this, user] {
            error_code error;
            const auto store = Store::open(folder(), error);
            ASSERT_TRUE(store) << error.message();
            for (int number = 0; number < files_each; ++number) {
                store->remember(file("/s/" + std::to_string(user) + '/' + std::to_string(number)));
                EXPECT_FALSE(store->save_hosts(std::vector<KnownHost>(3, Endpoint{"host", 1})));
            }
        });
    }
    threads.clear();
    const auto store = open();
    for (int user = 0; user < users; ++user) {
        for (int number = 0; number < files_each; ++number) {
            EXPECT_TRUE(store->find("/s/" + std::to_string(user) + '/' + std::to_string(number), 100, -5));
        }
    }
    EXPECT_EQ(store->hosts().size(), 3U);
}

TEST_F(Stored, OneMayBeUsedByManyThreads) {
    const auto store = open();
    {
        std::vector<std::jthread> threads;
        for (int thread = 0; thread < 4; ++thread) {
            threads.emplace_back([&store, thread] {
                for (int number = 0; number < 100; ++number) {
                    const SharedFile mine = file("/s/" + std::to_string(thread));
                    store->remember(mine);
                    EXPECT_EQ(store->find(mine.path, mine.size, mine.modified), mine.urn);
                    store->forget("/s/none");
                }
            });
        }
    }
    EXPECT_TRUE(store->find("/s/3", 100, -5));
}

}  // namespace
}  // namespace gnutella::store
