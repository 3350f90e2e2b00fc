namespace Reranking.Conformance;

/// <summary>An article of a help center, written for these tests.</summary>
/// <param name="Id">What tells it apart.</param>
/// <param name="Title">The heading.</param>
/// <param name="Text">What it says.</param>
public sealed record HelpArticle(string Id, string Title, string Text);
