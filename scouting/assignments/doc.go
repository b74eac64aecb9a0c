// Package assignments decides who scouts which robot in which match: a fair plan, made from
// a schedule, a list of scouts and what the team wants. It knows no database and no clock;
// the same input gives the same plan.
//
// What holds for every plan: nobody is on two robots of one match, absences and breaks are
// kept, and a position that is to be kept is kept for the whole block. Within that, as many
// seats as possible are filled by the methods of this package, first the robots that were
// seen least, and then the work is spread until no chain of hand-overs makes it fairer.
package assignments
