#pragma once

#include "overlay/library.hpp"
#include "words.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace gnutella::overlay {

/// A library of names: what contains the query's text answers it; for a legacy query, what is equal to it.
class FakeLibrary final : public Library {
  public:
    struct File {
        std::string name;
        std::uint64_t size = 0;
        std::optional<Urn> urn;
    };

    void add(std::string name, std::uint64_t size = 100, std::optional<Urn> urn = {}) {
        shared_.push_back({std::move(name), size, urn});
    }
    const File& file(std::uint64_t number) const { return shared_.at(number); }

    void find(const wire::Query& query, std::size_t most, std::vector<Match>& matches) const override {
        ++asked;
        for (std::size_t number = 0; number < shared_.size() && matches.size() < most; ++number) {
            const File& file = shared_[number];
            const bool named = query.routed ? file.name.find(query.text) != std::string::npos : file.name == query.text;
            const bool answers = query.urn ? file.urn && file.urn->same_file(*query.urn) : named;
            if (answers) {
                matches.push_back({number, file.name, file.size, file.urn});
            }
        }
    }
    void add_to(wire::QueryRouteTable& table) const override {
        for (const File& file : shared_) {
            const Words words(file.name);
            for (std::size_t word = 0; word < words.size(); ++word) {
                table.add(words[word]);
            }
            if (file.urn) {
                table.add(*file.urn);
            }
        }
    }
    std::uint64_t changes() const override { return shared_.size(); }
    std::uint64_t files() const override { return shared_.size(); }
    std::uint64_t bytes() const override {
        std::uint64_t sum = 0;
        for (const File& file : shared_) {
            sum += file.size;
        }
        return sum;
    }

    mutable std::size_t asked = 0;

  private:
    std::vector<File> shared_;
};

}  // namespace gnutella::overlay
