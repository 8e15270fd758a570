// What another window did to the line is said; what this one did says so itself.
"use strict";
const elsewhere = (() => {
  const says = {
    rewound: () => "The conversation was taken back in another window.",
    restored: () => "What was taken back was restored in another window.",
    selected: () => "Another version is shown.",
    switched: ({ branch }) => `On the branch ${plain(branch)}.`,
  };
  // Events that are told later at the most.
  const most = 100;
  // Events that this window's requests made and the stream has not told; how many requests are under way, and what was told meanwhile.
  const made = new Set();
  let asking = 0, waiting = [];

  function settle(say) {
    if (asking) return;
    for (const { line, seq } of waiting.splice(0)) {
      if (!made.has(seq) && line.reason in says) say(says[line.reason](line));
      for (const known of made) if (known <= seq) made.delete(known);
    }
  }

  // Which of them a request of this window made is known once it is answered.
  function told(line, seq, say) {
    waiting = [...waiting, { line, seq }].slice(-most);
    settle(say);
  }

  // The answer to a request that changes the line; nil once the reason why there is none was said.
  async function change(request, say) {
    asking += 1;
    try {
      const response = await request;
      if (!response) return null;
      const answer = await response.json();
      if (answer.event_id) made.add(answer.event_id);
      return answer;
    } finally {
      asking -= 1;
      settle(say);
    }
  }

  return { told, change };
})();
