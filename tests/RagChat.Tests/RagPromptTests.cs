using Microsoft.Extensions.VectorData;
using RagChat.Knowledge;
using RagChat.Prompting;
using Reranking;

namespace RagChat.Tests;

public sealed class RagPromptTests
{
    private static readonly RankedCandidate<VectorSearchResult<Passage>>[] Ranking =
    [
        Ranked(0, "account.md#reset", "Password Reset Guide", "Choose “Forgot password” and follow the link."),
        Ranked(1, "orders.md#all", "All about orders", string.Join(' ', Enumerable.Range(0, 300).Select(i => $"order {i}"))),
        Ranked(2, "billing.md#invoices", "Invoices", "They are sent on the first day of each month."),
    ];

    [Fact]
    public void Build_PassageThatDoesNotFit_IsLeftOutAndTheRestCited()
    {
        RagPrompt prompt = RagPrompt.Build(Ranking, tokenBudget: 140);

        Assert.InRange(prompt.TokenCount, 1, 140);
        Assert.Equal(["account.md#reset", "billing.md#invoices"], prompt.Sources.Select(source => source.Id));
        Assert.EndsWith(
            "If they do not hold the answer, say so.\n\n[1] Password Reset Guide (account.md#reset)\n> Choose “Forgot password” and follow the link.\n\n" +
            "[2] Invoices (billing.md#invoices)\n> They are sent on the first day of each month.",
            prompt.Text.ReplaceLineEndings("\n"),
            StringComparison.Ordinal);
    }

    [Fact]
    public void Build_NextQuestion_GoesOnWithTheNumbers()
    {
        RagPrompt prompt = RagPrompt.Build(Ranking, tokenBudget: 140, firstCitation: 6);

        Assert.Equal(6, prompt.FirstCitation);
        Assert.Contains("\n\n[7] Invoices", prompt.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void Build_BudgetBelowTheInstruction_SaysSo() =>
        Assert.StartsWith(
            "Preamble has ", Assert.Throws<ArgumentException>("options", () => RagPrompt.Build(Ranking, tokenBudget: 5)).Message, StringComparison.Ordinal);

    private static RankedCandidate<VectorSearchResult<Passage>> Ranked(int index, string id, string title, string body) =>
        new(new VectorSearchResult<Passage>(new Passage(id, title, body), 0.5), index, null);
}
