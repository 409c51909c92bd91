// Evidence while heed runs: what the console and the command line ask of it, done by the process that has the store open.
//
//   console   tips, captures, packs and files of a case (console/evidence_door.h)
//   socket    {"do":"capture","file":"id",...}   a file put down by PutDownCapture(); answered with the capture's details
//             {"do":"packed",...}                another process made a pack beside us: written down in the chain
//             {"do":"exported",...}              ... took everything out: written down in the audit trail
//
// Packs and tips take their time: one thread makes packs, one reads tips, in the order they were asked for.  A pack lies in
//
//   packs/ID.json   who asked for what, and what came of it; never the passphrase
//   packs/ID.zip    the pack, sealed where that was asked for
//
// of the data folder, and is removed after kPackLies.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <thread>

#include "src/app/packs.h"
#include "src/app/server.h"
#include "src/app/tips.h"
#include "src/console/evidence_door.h"

namespace heed {

class EvidenceDesk {
 public:
  // All outlive it.
  EvidenceDesk(const Config& config, Store& store, TipDesk& tips, const Clock& clock, std::string data);
  // Waits for the tip that is being read; a pack that is being made is given up and says so.
  ~EvidenceDesk();
  EvidenceDesk(const EvidenceDesk&) = delete;

  EvidenceDoor Door();
  // Adds what the socket may ask.
  void Answer(ServeOptions& options);
  // Removes packs that have lain long enough, outcomes of tips that were told for long enough, and what putting down left behind.
  Done Tidy(Instant now);
  // Waits until everything asked for so far is done.
  void Finish();

 private:
  // A thread that does one thing after the other.
  class Line {
   public:
    Line() : thread_([this] { Run(); }) {}
    ~Line();
    void Add(std::function<void()> work);
    void Finish();

   private:
    void Run();
    std::mutex mutex_;
    std::condition_variable changed_;
    std::deque<std::function<void()>> waiting_;
    bool stop_ = false, busy_ = false;
    std::thread thread_;  // last
  };

  Result<std::string> HandIn(const TipGiven& given);
  Result<TipTold> Tip(const std::string& id);
  Result<std::string> Pack(const PackAsked& asked);
  void MakePackNow(PackTold told, PackAsked asked);
  Result<PackTold> FindPack(const std::string& id);
  std::vector<PackTold> Packs();
  std::string PackFile(const std::string& id);
  Result<KeptFile> AddCapture(CaptureGiven given);
  Result<std::vector<KeptFile>> Files(const Case& c);
  Result<KeptBytes> File(const Case& c, const std::string& key);
  Done SavePack(const PackTold& told);
  // Waits until `done` says so, for a moment only.
  void WaitAMoment(const std::function<bool()>& done);

  const Config& config_;
  Store& store_;
  TipDesk& tips_;
  const Clock& clock_;
  const std::string data_;
  std::mutex mutex_;  // guards what follows
  std::condition_variable changed_;
  bool stopping_ = false;
  std::set<std::string> reading_tips_;      // put down, and not read yet
  std::map<std::string, PackTold> making_;  // being made, or waiting for it
  Line packing_, reading_;  // last: they end before what they use
};

}  // namespace heed
