namespace Reranking.Evaluation.Tests.Support;

/// <summary>
/// trec_eval once more, after its C sources and not after ours: gains by counts of grades (m_ndcg_cut.c), sums while walking the ranking (m_map.c,
/// m_recip_rank.c, m_recall.c, m_success.c). What it leaves undefined, queries without relevant documents, is NaN here.
/// </summary>
internal static class TrecEval
{
    public static double NdcgCut(int[] ranking, int[] judged, int cutoff)
    {
        // rel_levels[g]: how many documents of the query have grade g.
        int[] levels = new int[judged.Append(0).Max() + 1];
        foreach (int grade in judged)
        {
            if (grade > 0)
            {
                levels[grade]++;
            }
        }

        double ideal = 0;
        int current = levels.Length - 1;
        for (int i = 0; i < cutoff; i++)
        {
            while (current > 0 && levels[current] == 0)
            {
                current--;
            }

            if (current == 0)
            {
                break;
            }

            levels[current]--;
            ideal += current / (Math.Log(i + 2) / Math.Log(2));
        }

        double sum = 0;
        for (int i = 0; i < Math.Min(cutoff, ranking.Length); i++)
        {
            if (ranking[i] > 0)
            {
                sum += ranking[i] / (Math.Log(i + 2) / Math.Log(2));
            }
        }

        return sum / ideal;
    }

    public static double Map(int[] ranking, int[] judged, int level)
    {
        double sum = 0;
        int found = 0;
        for (int i = 0; i < ranking.Length; i++)
        {
            if (ranking[i] >= level)
            {
                found++;
                sum += (double)found / (i + 1);
            }
        }

        return sum / Relevant(judged, level);
    }

    public static double RecipRank(int[] ranking, int[] judged, int level, int cutoff)
    {
        int i = 0;
        while (i < ranking.Length && ranking[i] < level)
        {
            i++;
        }

        return double.IsNaN(Relevant(judged, level)) ? double.NaN : i < Math.Min(ranking.Length, cutoff) ? 1.0 / (i + 1) : 0;
    }

    public static double Recall(int[] ranking, int[] judged, int level, int cutoff)
    {
        double found = 0;
        for (int i = 0; i < cutoff && i < ranking.Length; i++)
        {
            found += ranking[i] >= level ? 1 : 0;
        }

        return found / Relevant(judged, level);
    }

    public static double Success(int[] ranking, int[] judged, int level, int cutoff)
    {
        for (int i = 0; i < cutoff && i < ranking.Length; i++)
        {
            if (ranking[i] >= level)
            {
                return 1;
            }
        }

        return double.IsNaN(Relevant(judged, level)) ? double.NaN : 0;
    }

    private static double Relevant(int[] judged, int level)
    {
        double count = 0;
        foreach (int grade in judged)
        {
            count += grade >= level ? 1 : 0;
        }

        return count == 0 ? double.NaN : count;
    }
}
