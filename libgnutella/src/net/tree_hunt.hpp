#pragma once

#include "hash_tree.hpp"
#include "net/download_service.hpp"
#include "net/source_dialler.hpp"

#include <gnutella/hit.hpp>
#include <gnutella/urn.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

namespace gnutella::net {

/// Gets a file's Tiger tree from whoever has it first: asks one source after another, and the next one too when an
/// answer takes long. One that ends above our smallest blocks, as those of other programs do, is taken when nobody has
/// sent a finer one soon after. On one strand.
class TreeHunt {
  public:
    /// @param service,urn,dialler must live as long as this; `urn` has a Tiger root.
    TreeHunt(const DownloadService& service, boost::asio::any_io_executor strand, const Urn& urn,
             SourceDialler& dialler);

    /// Asks these. @param goes_on asked now and then. @return nullopt when none of them has it.
    boost::asio::awaitable<std::optional<HashTree>> run(std::vector<Hit> sources, std::function<bool()> goes_on);

    /// Those that sent another tree than was asked for. A tree is only a means: they may have the file all the same.
    const std::vector<Endpoint>& liars() const noexcept { return liars_; }

  private:
    struct Attempt {
        explicit Attempt(Hit hit) : source(std::move(hit)) {}
        const Hit source;
        std::optional<HashTree> tree;
        boost::asio::cancellation_signal cancel;
    };

    void begin(Hit source);
    static boost::asio::awaitable<void> ask(TreeHunt& hunt, std::shared_ptr<Attempt> attempt);
    void keep_if_finer(HashTree tree);
    bool is_fine_enough() const;
    void stop_all();

    const DownloadService& service_;
    boost::asio::any_io_executor strand_;
    const Urn& urn_;
    SourceDialler& dialler_;
    std::vector<std::shared_ptr<Attempt>> attempts_;
    std::optional<HashTree> tree_;
    std::chrono::steady_clock::time_point best_until_;  // nothing finer than tree_ is waited for any longer
    std::vector<Endpoint> liars_;
    boost::asio::steady_timer changed_;
};

}  // namespace gnutella::net
