#include "block_tree_hasher.hpp"
#include "sample_bytes.hpp"
#include "stored.hpp"

#include <sys/stat.h>

#include <barrier>
#include <thread>

namespace gnutella::store {
namespace {

using std::chrono::hours;

HashTree tree_of(std::size_t size) {
    const std::string content = test::sample_bytes(size);
    BlockTreeHasher hasher;
    hasher.update(test::bytes_of(content));
    return hasher.finish();
}

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
