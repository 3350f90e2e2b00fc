namespace RagChat.Knowledge;

/// <summary>A question and the id of the one passage that answers it.</summary>
internal sealed record Question(string Text, string PassageId);
