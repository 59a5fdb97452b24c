#include "net/download_job.hpp"
#include "net/source_inquiry.hpp"

#include <algorithm>
#include <utility>

// What a DownloadJob takes from its sources, without a proof at first: what the file is, and the root of its tree.

namespace gnutella::net {

namespace asio = boost::asio;
using Clock = std::chrono::steady_clock;

namespace {

// A smaller file is fetched again sooner than its tree is found.
constexpr std::uint64_t least_for_a_tree = 1024 * 1024;
// Asked for the root, one after another.
constexpr std::size_t most_asked = 3;

bool has_number(const Hit& hit) {
    return hit.dialect == Dialect::gnutella && !hit.name.empty();
}

}  // namespace

// Hits of old programs do not say what the file is; when they are asked for it by its number, they may.
asio::awaitable<std::vector<Hit>> DownloadJob::name_sources() {
    std::vector<Hit> sources = state_->request().sources;
    const bool is_named = std::ranges::any_of(sources, [](const Hit& hit) { return hit.urn || hit.content; });
    std::size_t asked = 0;
    for (Hit& hit : sources) {
        if (is_named || asked == most_asked || !state_->may_run()) {
            break;
        }
        if (!has_number(hit)) {
            continue;
        }
        ++asked;
        transfer::SourceClaims claims;
        const auto use = [this, &hit, &claims](auto& dialler) {
            return inquire(*service_, strand_, hit, claims, dialler);
        };
        co_await dialler_.reach(hit, use);
        if (claims.urn) {
            hit.urn = claims.urn;
            break;
        }
    }
    co_return sources;
}

bool DownloadJob::is_root_to_be_found() const {
    return !urn_->tiger() && !claimed_root_ && progress_.size >= least_for_a_tree && hasher_.hashed() == 0;
}

std::optional<Urn> DownloadJob::urn_with_root() const {
    if (urn_->tiger()) {
        return *urn_;
    }
    return claimed_root_ ? std::optional(Urn(*urn_->sha1(), *claimed_root_)) : std::nullopt;
}

asio::awaitable<void> DownloadJob::find_root() {
    for (transfer::SourceId id = 0; id < sources_->size() && !claimed_root_; ++id) {
        if (asked_for_root_.size() == most_asked || !state_->may_run()) {
            break;
        }
        const Hit hit = sources_->hit(id);
        if (hit.content || !asked_for_root_.insert(id).second) {
            continue;
        }
        transfer::SourceClaims claims;
        const auto use = [this, &hit, &claims](auto& dialler) {
            return inquire(*service_, strand_, hit, claims, dialler);
        };
        co_await dialler_.reach(hit, use);
        if (!state_->may_run()) {
            asked_for_root_.erase(id);  // it could not answer
        }
        // Who says that it is another file is dealt with when it is asked for this one.
        const bool same_file = !claims.urn || claims.urn->same_file(*urn_);
        if (same_file && claims.root && std::ranges::count(refuted_roots_, *claims.root) == 0) {
            claimed_root_ = claims.root;
            claimant_ = id;
            asked_for_tree_.clear();
        }
    }
}

// All blocks were those of the tree, and the file is not the one that was asked for; or nobody sends such blocks. Then
// whoever was said to lie may have been honest.
asio::awaitable<error_code> DownloadJob::refute_root() {
    refuted_roots_.push_back(*std::exchange(claimed_root_, std::nullopt));
    certain_tree_.reset();
    tree_.reset();
    shared_tree_.reset();
    blocks_.reset();
    sources_->agree_on(std::nullopt);
    sources_->forgive_liars();
    sources_->failed(claimant_.value(), Error::source_lied, Clock::now());
    co_return co_await begin_anew();
}

}  // namespace gnutella::net
