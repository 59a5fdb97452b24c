#include "store/store.hpp"

#include "store/blob.hpp"
#include "store/database.hpp"
#include "store/dialect_name.hpp"
#include "store/leaves.hpp"
#include "store/schema.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <string>

namespace gnutella::store {

namespace {

constexpr const char* file_name = "gnutella.sqlite";
constexpr const char* in_memory = ":memory:";
constexpr int max_corrupt_copies = 9;
constexpr std::chrono::seconds seen_precision = std::chrono::hours(24);
constexpr std::chrono::minutes told_again_after{10};

template <class Digest>
std::optional<Digest> digest(std::span<const std::byte> bytes) {
    Digest value{};
    if (bytes.size() != value.size()) {
        return std::nullopt;
    }
    std::ranges::transform(bytes, value.begin(), [](std::byte byte) { return std::to_integer<std::uint8_t>(byte); });
    return value;
}

void create_private_folder(const std::filesystem::path& folder, error_code& error) {
    std::error_code ignored;  // what matters is whether the folder is there in the end
    std::filesystem::create_directories(folder.parent_path(), ignored);
    const bool created = ::mkdir(folder.c_str(), 0700) == 0;
    error = created || std::filesystem::is_directory(folder, ignored) ? error_code() : Error::state_unusable;
    if (!created && errno == ENOSPC) {
        error = Error::state_full;
    }
}

}  // namespace

// The database and the statements that are run often.
struct Store::Connection {
    std::unique_ptr<Database> database;
    Statement find;
    Statement see;
    Statement remember;
    Statement forget;
    Statement find_tree;
    Statement see_tree;
    Statement remember_tree;

    static std::unique_ptr<Connection> open(const std::filesystem::path& path, std::uint64_t max_size,
                                            error_code& error, bool& corrupt) {
        auto database = Database::open(path, error);
        if (!error) {
            prepare(*database, error);
        }
        if (!error) {
            database->limit_size(max_size, error);
        }
        std::unique_ptr<Connection> connection;
        if (!error) {
            connection = std::make_unique<Connection>(std::move(database), error);
        }
        const Database* opened = connection ? connection->database.get() : database.get();
        corrupt = opened != nullptr && opened->corrupt();
        return error ? nullptr : std::move(connection);
    }

    Connection(std::unique_ptr<Database> opened, error_code& error)
        : database(std::move(opened)),
          find(*database, "SELECT sha1, tiger, seen FROM hashes WHERE path = ? AND size = ? AND modified = ?", error),
          see(*database, "UPDATE hashes SET seen = ? WHERE path = ?", error),
          remember(*database, "INSERT OR REPLACE INTO hashes VALUES (?, ?, ?, ?, ?, ?)", error),
          forget(*database, "DELETE FROM hashes WHERE path = ?", error),
          find_tree(*database, "SELECT leaves, seen FROM trees WHERE tiger = ? AND size = ?", error),
          see_tree(*database, "UPDATE trees SET seen = ? WHERE tiger = ? AND size = ?", error),
          remember_tree(*database, "INSERT OR REPLACE INTO trees VALUES (?, ?, ?, ?)", error) {}
};

std::unique_ptr<Store> Store::open(const std::filesystem::path& folder, error_code& error, Clock now,
                                   std::uint64_t max_size) {
    error = {};
    if (!folder.empty()) {
        create_private_folder(folder, error);
        if (error) {
            return nullptr;
        }
    }
    std::unique_ptr<Store> store(new Store(folder.empty() ? in_memory : folder / file_name, std::move(now), max_size));
    store->connect(error);
    return error ? nullptr : std::move(store);
}

Store::Store(std::filesystem::path path, Clock now, std::uint64_t max_size)
    : path_(std::move(path)), now_(std::move(now)), max_size_(max_size) {}

Store::~Store() = default;

bool Store::outlives_the_process() const {
    return path_ != in_memory;
}

void Store::connect(error_code& error) {
    bool corrupt = false;
    connection_ = Connection::open(path_, max_size_, error, corrupt);
    if (corrupt) {
        connection_.reset();
        move_aside();
        connection_ = Connection::open(path_, max_size_, error, corrupt);
    }
}

// A connection that met damage is of no more use.
void Store::replace_when_corrupt() {
    if (connection_ && connection_->database->corrupt()) {
        connection_.reset();
        move_aside();
        error_code error;
        connect(error);
        if (error) {
            wrote(error);
        }
    }
}

void Store::wrote(const error_code& error) {
    if (connection_ && connection_->database->corrupt()) {
        replace_when_corrupt();  // which is told by itself
        return;
    }
    if (!error) {
        told_of_full_.went_well_since = true;
        told_of_unusable_.went_well_since = true;
        return;
    }
    if (!on_write_failed_) {
        return;
    }
    const bool full = error == Error::state_full;
    Told& told = full ? told_of_full_ : told_of_unusable_;
    const auto now = now_();
    const bool again = told.went_well_since && (now < *told.at || now - *told.at >= told_again_after);
    const bool tell = !told.at || again;
    if (tell) {
        told = {now, false};
    }
    using Tell = WriteFailure::Tell;
    on_write_failed_({full ? Error::state_full : Error::state_unusable, tell ? Tell::yes : Tell::no});
}

void Store::move_aside() {
    std::filesystem::path place;
    for (int number = 1; number <= max_corrupt_copies; ++number) {
        place = path_.string() + ".corrupt-" + std::to_string(number);
        if (!std::filesystem::exists(place)) {
            break;
        }
    }
    std::error_code ignored;
    for (const char* suffix : {"", "-wal", "-shm"}) {
        std::filesystem::rename(path_.string() + suffix, place.string() + suffix, ignored);
    }
    moved_aside_ = place;
    if (on_moved_aside_) {
        on_moved_aside_(place);
    }
}

Database* Store::database() const noexcept {
    return connection_ ? connection_->database.get() : nullptr;
}

std::int64_t Store::seconds_now() const {
    return std::chrono::duration_cast<std::chrono::seconds>(now_().time_since_epoch()).count();
}

std::optional<Urn> Store::find(const std::filesystem::path& path, std::uint64_t size, std::int64_t modified) {
    const std::scoped_lock lock(mutex_);
    if (!connection_) {
        return std::nullopt;
    }
    error_code error;
    Statement& statement = connection_->find;
    statement.reset();
    statement.bind(bytes_of(path)).bind(static_cast<std::int64_t>(size)).bind(modified);
    if (!statement.step(error)) {
        statement.reset();
        replace_when_corrupt();
        return std::nullopt;
    }
    const auto sha1 = digest<Sha1>(statement.bytes(0));
    const auto tiger = digest<TigerRoot>(statement.bytes(1));
    const std::int64_t seen = statement.number(2);
    statement.reset();
    const std::int64_t now = seconds_now();
    if (now - seen >= seen_precision.count()) {
        connection_->see.run(error, now, bytes_of(path));
        wrote(error);
    }
    return sha1 && tiger ? std::optional<Urn>(std::in_place, *sha1, *tiger) : std::nullopt;
}

void Store::remember(const SharedFile& file) {
    const std::scoped_lock lock(mutex_);
    error_code error = Error::state_unusable;
    if (connection_) {
        error = {};
        remember_one(file, error);
    }
    wrote(error);
}

void Store::remember(std::span<const SharedFile> files) {
    const std::scoped_lock lock(mutex_);
    error_code error = Error::state_unusable;
    if (connection_) {
        error = {};
        Transaction transaction(*connection_->database, error);
        for (const SharedFile& file : files) {
            if (error) {
                break;
            }
            remember_one(file, error);
        }
        if (!error) {
            transaction.commit(error);
        }
    }
    wrote(error);
}

void Store::remember_one(const SharedFile& file, error_code& error) {
    if (file.urn.sha1() && file.urn.tiger()) {
        connection_->remember.run(error, bytes_of(file.path), static_cast<std::int64_t>(file.size), file.modified,
                                  std::as_bytes(std::span(*file.urn.sha1())),
                                  std::as_bytes(std::span(*file.urn.tiger())), seconds_now());
    }
}

void Store::forget(const std::filesystem::path& path) {
    const std::scoped_lock lock(mutex_);
    error_code error = Error::state_unusable;
    if (connection_) {
        connection_->forget.run(error, bytes_of(path));
    }
    wrote(error);
}

void Store::prune(std::chrono::hours unseen_for) {
    const std::scoped_lock lock(mutex_);
    if (!connection_) {
        return;
    }
    error_code error;
    {
        Statement newest(
            *connection_->database,
            "SELECT MAX((SELECT IFNULL(MAX(seen), 0) FROM hashes), (SELECT IFNULL(MAX(seen), 0) FROM trees))", error);
        const std::int64_t last = newest.step(error) ? std::min(newest.number(0), seconds_now()) : 0;
        newest.reset();
        const std::int64_t before = last - std::chrono::seconds(unseen_for + seen_precision).count();
        Statement hashes(*connection_->database, "DELETE FROM hashes WHERE seen < ?", error);
        if (!error) {
            hashes.run(error, before);
        }
        Statement trees(*connection_->database,
                        "DELETE FROM trees WHERE seen < ? AND tiger NOT IN (SELECT tiger FROM hashes)", error);
        if (!error) {
            trees.run(error, before);
        }
    }
    wrote(error);
}

std::optional<HashTree> Store::find_tree(std::uint64_t size, const TigerRoot& root) {
    if (auto single = HashTree::from_root(size, root)) {
        return single;
    }
    const std::scoped_lock lock(mutex_);
    if (!connection_) {
        return std::nullopt;
    }
    const auto key = std::as_bytes(std::span(root));
    error_code error;
    Statement& statement = connection_->find_tree;
    statement.reset();
    statement.bind(key).bind(static_cast<std::int64_t>(size));
    if (!statement.step(error)) {
        statement.reset();
        replace_when_corrupt();
        return std::nullopt;
    }
    auto tree = HashTree::from_leaves(size, leaves_of(statement.bytes(0)));
    const std::int64_t seen = statement.number(1);
    statement.reset();
    const std::int64_t now = seconds_now();
    if (now - seen >= seen_precision.count()) {
        connection_->see_tree.run(error, now, key, static_cast<std::int64_t>(size));
        wrote(error);
    }
    // What the disk says is checked like what a stranger says.
    return tree && tree->root() == root ? tree : std::nullopt;
}

void Store::remember_tree(const HashTree& tree) {
    const std::scoped_lock lock(mutex_);
    if (tree.leaves().size() == 1) {
        return;
    }
    error_code error = Error::state_unusable;
    if (connection_) {
        connection_->remember_tree.run(error, std::as_bytes(std::span(tree.root())),
                                       static_cast<std::int64_t>(tree.size()), std::as_bytes(tree.leaves()),
                                       seconds_now());
    }
    wrote(error);
}

std::vector<KnownHost> Store::hosts() {
    const std::scoped_lock lock(mutex_);
    std::vector<KnownHost> hosts;
    if (!connection_) {
        return hosts;
    }
    error_code error;
    {
        Statement statement(*connection_->database,
                            "SELECT host, port, dialect FROM hosts ORDER BY position LIMIT 10000", error);
        while (!error && statement.step(error)) {
            const std::int64_t port = statement.number(1);
            if (port > 0 && port <= UINT16_MAX) {
                hosts.emplace_back(Endpoint{std::string(statement.text(0)), static_cast<std::uint16_t>(port)},
                                   dialect_named(statement.text(2)));
            }
        }
    }
    replace_when_corrupt();
    return hosts;
}

error_code Store::save_hosts(std::span<const KnownHost> hosts) {
    const std::scoped_lock lock(mutex_);
    error_code error = Error::state_unusable;
    if (connection_) {
        Transaction transaction(*connection_->database, error);
        if (!error) {
            connection_->database->execute("DELETE FROM hosts", error);
        }
        if (!error) {
            Statement insert(*connection_->database, "INSERT INTO hosts (host, port, dialect) VALUES (?, ?, ?)", error);
            for (auto host = hosts.begin(); host != hosts.end() && !error; ++host) {
                // Without an address SQLite takes it for NULL.
                const std::string_view dialect = host->dialect ? to_string(*host->dialect) : "";
                insert.run(error, std::string_view(host->host.host), std::int64_t{host->host.port}, dialect);
            }
        }
        if (!error) {
            transaction.commit(error);
        }
    }
    wrote(error);
    return error;
}

std::optional<std::filesystem::path> Store::moved_aside() const {
    const std::scoped_lock lock(mutex_);
    return moved_aside_;
}

void Store::on_moved_aside(std::function<void(const std::filesystem::path&)> handler) {
    const std::scoped_lock lock(mutex_);
    on_moved_aside_ = std::move(handler);
    if (moved_aside_) {
        on_moved_aside_(*moved_aside_);
    }
}

void Store::on_write_failed(std::function<void(const WriteFailure&)> handler) {
    const std::scoped_lock lock(mutex_);
    on_write_failed_ = std::move(handler);
}

}  // namespace gnutella::store
