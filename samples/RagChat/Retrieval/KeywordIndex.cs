using Microsoft.Data.Sqlite;
using RagChat.Knowledge;

namespace RagChat.Retrieval;

/// <summary>BM25 over the passages, by the full-text index of SQLite, in memory.</summary>
internal sealed class KeywordIndex : IDisposable
{
    private readonly SqliteConnection _connection = new("Data Source=:memory:");
    private readonly Lock _lock = new();   // a connection serves one caller at a time

    public KeywordIndex(IReadOnlyList<Passage> passages)
    {
        _connection.Open();
        Execute("CREATE VIRTUAL TABLE passages USING fts5(title, body, tokenize = 'porter unicode61')");
        using SqliteTransaction transaction = _connection.BeginTransaction();
        using SqliteCommand insert = _connection.CreateCommand();
        insert.CommandText = "INSERT INTO passages (rowid, title, body) VALUES ($row, $title, $body)";
        for (int i = 0; i < passages.Count; i++)
        {
            insert.Parameters.Clear();
            insert.Parameters.AddWithValue("$row", i);
            insert.Parameters.AddWithValue("$title", passages[i].Title);
            insert.Parameters.AddWithValue("$body", passages[i].Body);
            insert.ExecuteNonQuery();
        }

        transaction.Commit();
    }

    /// <summary>Finds the passages that hold any of the keywords.</summary>
    /// <returns>Their positions, the best first.</returns>
    public IReadOnlyList<int> Search(IEnumerable<string> keywords, int top)
    {
        // Each word in quotes: whatever a user types is a word and never an operator of the query language.
        string match = string.Join(
            " OR ", keywords.Where(word => word.Any(char.IsLetterOrDigit)).Select(word => $"\"{word.Replace("\"", "\"\"", StringComparison.Ordinal)}\""));
        List<int> found = [];
        if (match.Length > 0)
        {
            lock (_lock)
            {
                using SqliteCommand search = _connection.CreateCommand();
                search.CommandText = "SELECT rowid FROM passages WHERE passages MATCH $match ORDER BY bm25(passages) LIMIT $top";
                search.Parameters.AddWithValue("$match", match);
                search.Parameters.AddWithValue("$top", top);
                using SqliteDataReader reader = search.ExecuteReader();
                while (reader.Read())
                {
                    found.Add(reader.GetInt32(0));
                }
            }
        }

        return found;
    }

    public void Dispose() => _connection.Dispose();

    private void Execute(string sql)
    {
        using SqliteCommand command = _connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }
}
