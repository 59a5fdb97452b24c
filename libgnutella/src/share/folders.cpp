#include "share/folders.hpp"

#include "share/open_canonical.hpp"
#include "share/shared_folder.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/eventfd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <mutex>
#include <set>
#include <system_error>
#include <thread>

namespace gnutella::share {

namespace {

using Clock = std::chrono::steady_clock;

// What a wait is at most: poll() counts milliseconds in an int.
constexpr std::chrono::hours longest_wait{24};

error_code check(const std::filesystem::path& canonical) {
    if (open_canonical(canonical, O_DIRECTORY)) {
        return {};
    }
    switch (errno) {
        case ENOENT:
        case ELOOP:
            return Error::folder_missing;
        case ENOTDIR:
            return Error::not_a_folder;
        default:
            return Error::folder_unreadable;
    }
}

// The canonical path of a folder that can be shared.
std::filesystem::path find(const std::filesystem::path& folder, error_code& problem) {
    std::error_code error;
    auto canonical = std::filesystem::canonical(folder, error);
    if (error) {
        problem = error == std::errc::permission_denied ? Error::folder_unreadable : Error::folder_missing;
    } else {
        problem = check(canonical);
    }
    return canonical;
}

}  // namespace

// The thread, and what it works with.
class Folders::Follower {
  public:
    Follower(const Settings& settings, HashCache& cache, std::function<void(Report)> report, Watching watching)
        : around_{settings.max_shared_files,
                  settings.max_folder_depth,
                  settings.share_settle_time,
                  settings.rescan_interval,
                  cache,
                  {},
                  {},
                  ReportBatch([this, report = std::move(report)](Report what) {
                      what.orders = orders_taken_;
                      report(std::move(what));
                  }),
                  {}},
          max_trees_wanted_(settings.max_trees_wanted),
          wake_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
        if (!wake_) {
            throw std::system_error(errno, std::system_category(), "eventfd");
        }
        if (watching == Watching::inotify) {
            around_.watches.start();
        }
        thread_ = std::jthread([this](const std::stop_token& stop) { run(stop); });
    }

    ~Follower() { stop(); }

    void stop() {
        thread_.request_stop();
        wake();
        const std::scoped_lock lock(join_mutex_);
        if (thread_.joinable()) {
            thread_.join();
        }
    }

    void order(std::string path, bool shared) {
        {
            const std::scoped_lock lock(orders_mutex_);
            orders_.push_back({std::move(path), shared});
            ++orders_given_;
        }
        wake();
    }

    void want_tree(const std::string& path) {
        {
            const std::scoped_lock lock(orders_mutex_);
            if (trees_wanted_.size() >= max_trees_wanted_ || !trees_wanted_.insert(path).second) {
                return;
            }
        }
        wake();
    }

    std::uint64_t orders_given() {
        const std::scoped_lock lock(orders_mutex_);
        return orders_given_;
    }

  private:
    struct Order {
        std::string path;
        bool shared;
    };

    void wake() const noexcept { ::eventfd_write(wake_.get(), 1); }

    void run(const std::stop_token& stop) {
        while (!stop.stop_requested()) {
            const auto now = Clock::now();
            bool busy = take_orders();
            around_.watches.read([this, now](const DirectoryChange& change) { hand_out(change, now); });
            for (const auto& folder : folders_) {
                busy = folder->step(now, stop) || busy;
            }
            busy = hash(now) || busy;
            if (stop.stop_requested()) {
                return;
            }
            for (const auto& folder : folders_) {
                folder->report_when_read();
            }
            if (busy) {
                around_.batch.report_when_worthwhile(now);
            } else {
                report_at_rest();
                wait(now);
            }
        }
    }

    bool take_orders() {
        std::vector<Order> orders;
        std::set<std::string> trees;
        {
            const std::scoped_lock lock(orders_mutex_);
            orders.swap(orders_);
            trees.swap(trees_wanted_);
        }
        for (const std::string& path : trees) {
            if (SharedFolder* owner = owner_of(path)) {
                owner->hash_again(path);
            }
        }
        orders_taken_ += orders.size();
        for (const Order& order : orders) {
            around_.batch.expect_settled();
            if (order.shared) {
                begin(order.path);
            } else {
                end(order.path);
            }
        }
        return !orders.empty();
    }

    void begin(const std::string& path) {
        if (!around_.shared.insert(path).second) {
            return;
        }
        if (SharedFolder* outer = owner_of(path)) {
            outer->withdraw(path);
        }
        folders_.push_back(std::make_unique<SharedFolder>(path, around_));
    }

    void end(const std::string& path) {
        const auto place = std::ranges::find_if(folders_, [&](const auto& folder) { return folder->path() == path; });
        if (place == folders_.end()) {
            return;
        }
        (*place)->withdraw(path);
        folders_.erase(place);
        around_.shared.erase(path);
        if (SharedFolder* outer = owner_of(path)) {
            outer->read_again(parent_path(path));
        }
    }

    // The innermost shared folder that a path is in.
    SharedFolder* owner_of(std::string_view path) const {
        SharedFolder* owner = nullptr;
        for (const auto& folder : folders_) {
            if (folder->contains(path) && (owner == nullptr || folder->path().size() > owner->path().size())) {
                owner = folder.get();
            }
        }
        return owner;
    }

    void hand_out(const DirectoryChange& change, Clock::time_point now) {
        if (change.kind == DirectoryChange::Kind::overflow) {
            for (const auto& folder : folders_) {
                folder->read_again();
            }
        } else if (SharedFolder* owner = owner_of(change.directory)) {
            owner->handle(change, now);
        }
    }

    // Reading comes first: then the small files are known, and are not kept waiting by large ones.
    bool hash(Clock::time_point now) {
        if (around_.queue.empty() ||
            std::ranges::any_of(folders_, [](const auto& folder) { return folder->reading(); })) {
            return false;
        }
        if (auto result = around_.queue.advance()) {
            if (SharedFolder* owner = owner_of(result->path)) {
                owner->hashed(std::move(*result), now);
            }
        }
        return true;
    }

    void report_at_rest() {
        if (std::ranges::all_of(folders_, [](const auto& folder) { return folder->settled(); })) {
            around_.batch.report_settled();
        } else {
            around_.batch.report_now();
        }
    }

    void wait(Clock::time_point now) const {
        auto deadline = now + longest_wait;
        for (const auto& folder : folders_) {
            deadline = std::min(deadline, folder->deadline());
        }
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now());
        std::array<pollfd, 2> sources{pollfd{wake_.get(), POLLIN, 0}, pollfd{around_.watches.descriptor(), POLLIN, 0}};
        if (left.count() > 0) {
            ::poll(sources.data(), sources.size(), static_cast<int>(left.count()));
        }
        eventfd_t ignored = 0;
        ::eventfd_read(wake_.get(), &ignored);
    }

    FolderSurroundings around_;
    std::vector<std::unique_ptr<SharedFolder>> folders_;
    // Strangers have us compute trees: of so many files at once, and each once, since it is then remembered.
    const std::size_t max_trees_wanted_;
    const FileDescriptor wake_;
    std::mutex orders_mutex_;
    std::vector<Order> orders_;
    std::set<std::string> trees_wanted_;  // guarded by orders_mutex_
    std::uint64_t orders_given_ = 0;      // guarded by orders_mutex_
    std::uint64_t orders_taken_ = 0;      // the thread's own
    std::mutex join_mutex_;
    std::jthread thread_;
};

Folders::Folders(const Settings& settings, HashCache& cache, std::function<void(Report)> report, Watching watching)
    : follower_(std::make_unique<Follower>(settings, cache, std::move(report), watching)) {}

Folders::~Folders() = default;

error_code Folders::add(const std::filesystem::path& folder) {
    return add(std::span(&folder, 1));
}

error_code Folders::add(std::span<const std::filesystem::path> folders) {
    std::vector<std::filesystem::path> found;
    for (const auto& folder : folders) {
        error_code problem;
        found.push_back(find(folder, problem));
        if (problem) {
            return problem;
        }
    }
    for (const auto& canonical : found) {
        follower_->order(canonical, true);
    }
    return {};
}

void Folders::remove(const std::filesystem::path& folder) {
    std::error_code error;
    const auto canonical = std::filesystem::weakly_canonical(folder, error);
    follower_->order(error ? folder : canonical, false);
}

void Folders::want_tree(const std::filesystem::path& file) {
    follower_->want_tree(file);
}

std::uint64_t Folders::orders() const {
    return follower_->orders_given();
}

void Folders::stop() {
    follower_->stop();
}

}  // namespace gnutella::share
