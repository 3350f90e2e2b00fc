namespace Rag_App;

/// <summary>What a question is answered with.</summary>
/// <param name="Text">The words of the chat model; null without one.</param>
/// <param name="Outcome">"Reranked"; or "FellBack" where no scorer answered in time: the order is that of the first stage then, and the log says why.</param>
/// <param name="Sources">The passages, the best first.</param>
public sealed record Answer(string? Text, string Outcome, IReadOnlyList<Source> Sources);

/// <summary>A passage of an answer.</summary>
/// <param name="Number">The number that the chat model cites.</param>
/// <param name="Title">Its heading, after that of the document.</param>
/// <param name="File">The document that it is from.</param>
/// <param name="Text">The text below the heading.</param>
/// <param name="Relevance">How relevant it is, from 0 to 1; null if it was not scored.</param>
/// <param name="Was">The rank that the first stage gave it.</param>
public sealed record Source(int Number, string Title, string File, string Text, double? Relevance, int Was);
